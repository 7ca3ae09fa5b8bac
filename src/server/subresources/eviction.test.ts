import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import type { Pod, PodDisruptionBudget } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestServer } from '../http/testing/ask.ts';
import { openTestCluster, type TestCluster } from '../testing/cluster.ts';

const ready = [{ type: 'Ready', status: 'True' }];

async function runningPod(cluster: TestCluster, name: string, conditions: object[] = ready) {
  await cluster.create(pods, {
    metadata: { name, labels: { app: 'web' } },
    spec: { nodeName: 'n1', containers: [{ name: 'web', image: 'web:1' }] },
  });
  await writeStatus(cluster, pods, name, { phase: 'Running', conditions });
}

async function writeStatus(
  { core, context }: TestCluster,
  kind: typeof pods | typeof podDisruptionBudgets,
  name: string,
  status: object,
) {
  const target = { kind, namespace: 'default', name, subresource: 'status' } as never;
  await core.patch(context, target, { type: 'merge', body: { status } }, {});
}

/** As its controller would have written it. */
async function budget(cluster: TestCluster, spec: object, status: object) {
  const selector = { matchLabels: { app: 'web' } };
  await cluster.create(podDisruptionBudgets, {
    metadata: { name: 'web' },
    spec: { selector, ...spec },
  });
  await writeStatus(cluster, podDisruptionBudgets, 'web', { observedGeneration: 1, ...status });
}

function evict(cluster: TestCluster, name: string, options: object = {}, deleteOptions = {}) {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, deleteOptions };
  const target = { kind: pods, namespace: 'default', name, subresource: 'eviction' } as never;
  return cluster.core.create(cluster.context, target, body, options);
}

const current = async (cluster: TestCluster) =>
  ((await cluster.get(podDisruptionBudgets, 'web')) as PodDisruptionBudget).status;

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'evicted';
  } catch (error) {
    assert.ok(isStatusError(error));
    const { causes = [], retryAfterSeconds = 0 } = error.details ?? {};
    return `${error.code} ${causes[0]?.reason ?? ''} ${causes[0]?.message ?? error.message} ${retryAfterSeconds}`;
  }
}

test('as many as the budget allows, and each is noted', async () => {
  const cluster = await openTestCluster();
  for (const name of ['a', 'b', 'c']) await runningPod(cluster, name);
  await budget(cluster, { minAvailable: 1 }, { disruptionsAllowed: 2, desiredHealthy: 1 });
  const found = await Promise.all(['a', 'b', 'c'].map((name) => refusal(evict(cluster, name))));
  assert.deepEqual(found, [
    'evicted',
    'evicted',
    '429 DisruptionBudget The disruption budget web needs 1 healthy pods and has 0 currently 0',
  ]);
  const status = await current(cluster);
  assert.equal(status?.disruptionsAllowed, 0);
  assert.deepEqual(Object.keys(status?.disruptedPods ?? {}), ['a', 'b']);
  assert.equal(status?.conditions?.[0]?.reason, 'InsufficientPods');
  const pod = (await cluster.get(pods, 'a')) as Pod;
  assert.ok(pod.metadata.deletionTimestamp);
  const told = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  assert.equal(told?.reason, 'EvictionByEvictionAPI');
});

test('a dry run asks and takes nothing', async () => {
  const cluster = await openTestCluster();
  await runningPod(cluster, 'a');
  await budget(cluster, { minAvailable: 0 }, { disruptionsAllowed: 1 });
  for (const dryRun of [[{ dryRun: true }, {}] as const, [{}, { dryRun: ['All'] }] as const]) {
    assert.equal(await refusal(evict(cluster, 'a', ...dryRun)), 'evicted');
  }
  assert.equal((await current(cluster))?.disruptionsAllowed, 1);
  const pod = (await cluster.get(pods, 'a')) as Pod;
  assert.equal(pod.metadata.deletionTimestamp, undefined);
});

test('a budget that its controller has not seen, or cannot work out', async () => {
  const cluster = await openTestCluster();
  await runningPod(cluster, 'a');
  await budget(cluster, {}, { observedGeneration: 0, disruptionsAllowed: 1 });
  assert.equal(
    await refusal(evict(cluster, 'a')),
    '429 DisruptionBudget The disruption budget web is still being processed by the server. 10',
  );
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const condition = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed' };
  await writeStatus(cluster, podDisruptionBudgets, 'web', {
    observedGeneration: 1,
    disruptionsAllowed: 0,
    conditions: [{ ...condition, message: 'no scale', lastTransitionTime }],
  });
  assert.equal(
    await refusal(evict(cluster, 'a')),
    '429 DisruptionBudget The disruption budget web does not allow evicting pods currently because it failed sync: no scale 0',
  );
});

test('two budgets for one pod are one too many', async () => {
  const cluster = await openTestCluster();
  await runningPod(cluster, 'a');
  await budget(cluster, {}, { disruptionsAllowed: 1 });
  await cluster.create(podDisruptionBudgets, {
    metadata: { name: 'all' },
    spec: { selector: {}, minAvailable: 0 },
  });
  assert.match(await refusal(evict(cluster, 'a')), /^500 .*more than one PodDisruptionBudget/);
});

test('a pod that is not healthy goes when nobody needs it, or always', async () => {
  const spec = { minAvailable: 2 };
  const enough = { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2 };
  const tooFew = { ...enough, currentHealthy: 1 };
  const always = { ...spec, unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  for (const [what, status, expected] of [
    [spec, enough, /^evicted/],
    [spec, tooFew, /^429 .*needs 2 healthy pods and has 1/],
    [always, tooFew, /^evicted/],
  ] as const) {
    const cluster = await openTestCluster();
    await runningPod(cluster, 'a', []);
    await budget(cluster, what, status);
    assert.match(await refusal(evict(cluster, 'a')), expected);
    assert.equal((await current(cluster))?.disruptedPods, undefined);
  }
});

test('what does not run is in nobody’s budget', async () => {
  const cluster = await openTestCluster();
  await runningPod(cluster, 'a');
  await budget(cluster, {}, { disruptionsAllowed: 0 });
  for (const phase of ['Pending', 'Succeeded']) {
    const name = phase.toLowerCase();
    await runningPod(cluster, name);
    await writeStatus(cluster, pods, name, { phase });
    assert.equal(await refusal(evict(cluster, name)), 'evicted');
  }
});

test('an eviction as old clients word it', async () => {
  const { make, ask } = await openTestServer();
  const core = '/api/v1/namespaces/default';
  await make(`${core}/serviceaccounts`, { metadata: { name: 'default' } });
  await make(`${core}/pods`, {
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  });
  const body = { apiVersion: 'policy/v1beta1', kind: 'Eviction', metadata: { name: 'a' } };
  const answer = await ask('POST', `${core}/pods/a/eviction`, { body });
  assert.equal(answer.status, 201, answer.text);
  const other = { ...body, apiVersion: 'policy/v1alpha1' };
  assert.equal((await ask('POST', `${core}/pods/a/eviction`, { body: other })).status, 400);
});
