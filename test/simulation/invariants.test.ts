/** Each invariant, broken on purpose: a check that cannot fail would not be one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  horizontalPodAutoscalers,
  jobs,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
  resourceQuotas,
  services,
  statefulSets,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { HorizontalPodAutoscaler, Pod } from '#api/types.ts';
import { labels } from '#node/decide/labels.ts';
import { ofAutoscaler } from './autoscaler-checks.ts';
import { setAutoscalerBounds } from './bound-actions.ts';
import { ofBudget } from './budget-checks.ts';
import { SimulatedCluster } from './cluster.ts';
import { ofCronJob } from './cron-checks.ts';
import { missing } from './desired-state.ts';
import { always, Invariants } from './invariants.ts';
import { isHealthy, isReady } from './reading.ts';
import { machineRuntime } from './machine/machine-runtime.ts';
import {
  autoscalerDraft,
  cronJobDraft,
  daemonSetDraft,
  deploymentDraft,
  imageNamed,
  serviceDraft,
  statefulSetDraft,
} from './workload.ts';

async function withApp() {
  const cluster = new SimulatedCluster({
    seed: 1,
    nodes: 2,
    podsMax: 20,
    commitMsMax: 0,
    tailMax: 10,
  });
  const invariants = new Invariants(cluster);
  const run = (ms: number): Promise<void> => cluster.advance(ms, () => invariants.check());
  await cluster.start();
  await run(2_000);
  const { metadata, spec } = deploymentDraft('app', cluster.chance('app'));
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
  await cluster.create(services as Kind, serviceDraft('app'));
  const app = { metadata, spec: { ...spec, replicas: 3, strategy } };
  await cluster.create(deployments as Kind, app);
  await run(60_000);
  assert.deepEqual([...cluster.violations, ...missing(cluster)], []);
  return { cluster, invariants, run };
}

function violatedOnce({ violations }: SimulatedCluster, words: RegExp): void {
  assert.match(violations[0] ?? 'nothing was violated', words);
}

test('the same pod on two nodes, and another pod of its name', async () => {
  const { cluster, run } = await withApp();
  const [first, second] = cluster.nodes.map(({ machine }) => machine);
  const container = first?.running[0];
  assert.ok(second && container);
  const of = { metadata: { name: 'x', uid: 'other', namespace: 'default', attempt: 0 } };
  const { time, weather, faults } = cluster;
  const random = cluster.chance('second');
  const parts = { time, weather, faults, random };
  const runtime = machineRuntime({ ...parts, machine: second, clock: time });
  const starting = (async () => {
    const sandbox = await runtime.runSandbox({ ...of, labels: {} } as never);
    const marks = { ...container.labels, [labels.podUid]: 'other' };
    const config = { metadata: { name: 'main', attempt: 0 }, image: { image: 'x' }, labels: marks };
    await runtime.startContainer(
      await runtime.createContainer(sandbox, config as never, of as never),
    );
  })();
  await run(2_000);
  await starting;
  violatedOnce(cluster, /runs twice/);
  cluster.stop();
});

test('an acknowledgement of what never was', async () => {
  const { cluster, run } = await withApp();
  const metadata = { name: 'ghost', uid: 'ghost', resourceVersion: '7' };
  cluster.ledger.acknowledged('create', { apiVersion: 'v1', kind: 'Pod', metadata });
  await run(1);
  violatedOnce(cluster, /an acknowledged write was lost: create of Pod ghost/);
  cluster.stop();
});

test('more replicas than the surge allows', async () => {
  const { cluster, run } = await withApp();
  const [set] = cluster.ledger.list(replicaSets);
  assert.ok(set);
  await cluster.patch(replicaSets as Kind, set, { spec: { replicas: 9 } });
  await run(1);
  violatedOnce(cluster, /9 replicas in all sets, 4 allowed/);
  cluster.stop();
});

test('a pod more than its set asks for', async () => {
  const { cluster, run } = await withApp();
  const [pod] = cluster.ledger.list(pods);
  assert.ok(pod);
  const { labels: marks, namespace, ownerReferences } = pod.metadata;
  const metadata = { name: 'too-many', namespace, labels: marks, ownerReferences };
  const { nodeName: _, ...spec } = pod.spec;
  await run(60_000);
  await cluster.create(pods as Kind, { metadata, spec });
  await run(1);
  violatedOnce(cluster, /too-many: 4 pods of its set, 3 allowed/);
  cluster.stop();
});

/** In spite of its budget. */
async function evictAnyway(cluster: SimulatedCluster): Promise<void> {
  const pod = cluster.ledger.list(pods).find(isHealthy);
  assert.ok(pod);
  const told = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  const conditions = [...(pod.status?.conditions ?? []), told];
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(pods as Kind, 'default'), name: pod.metadata.name };
  const body = { status: { conditions } };
  await ada?.patch({ ...ref, subresource: 'status' }, { type: 'merge', body });
  await cluster.delete(pods as Kind, pod, {});
}

const budgetFor = (cluster: SimulatedCluster, bound: object): Promise<KubeObject> =>
  cluster.create(podDisruptionBudgets as Kind, {
    metadata: { name: 'app', namespace: 'default' },
    spec: { ...bound, selector: { matchLabels: { app: 'app' } } },
  });

test('an eviction that breaks a budget', async () => {
  const { cluster, run } = await withApp();
  await budgetFor(cluster, { minAvailable: 3 });
  await run(2_000);
  const [pod] = cluster.ledger.list(pods);
  assert.ok(pod);
  await assert.rejects(cluster.evict(pod), /would violate the pod's disruption budget/);
  await evictAnyway(cluster);
  await run(1);
  violatedOnce(cluster, /was evicted: 2 healthy pods are left, budget app wants 3/);
  cluster.stop();
});

test('an eviction that a budget allowed until it was changed, and one a while after that', async () => {
  const changes = [
    { minAvailable: 3 },
    { minAvailable: '100%' },
    { minAvailable: null, maxUnavailable: 0 },
    { minAvailable: null, maxUnavailable: '0%' },
  ];
  for (const spec of changes) {
    for (const isLate of [false, true]) {
      const { cluster, run } = await withApp();
      const budget = await budgetFor(cluster, { minAvailable: 2 });
      await run(60_000);
      await cluster.patch(podDisruptionBudgets as Kind, budget, { spec });
      assert.deepEqual([...cluster.violations], []);
      await run(isLate ? 2_000 : 500);
      await evictAnyway(cluster);
      await run(1);
      const words = /was evicted: 2 healthy pods are left, budget app wants 3/;
      if (isLate) violatedOnce(cluster, words);
      else assert.deepEqual(cluster.violations, []);
      cluster.stop();
    }
  }
});

test('a permission to go that a budget gives by what it was before', async () => {
  const { cluster, run } = await withApp();
  const budget = await budgetFor(cluster, { minAvailable: 2 });
  await run(10_000);
  const changed = { spec: { minAvailable: 3 } };
  await cluster.patch(podDisruptionBudgets as Kind, budget, changed);
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(podDisruptionBudgets as Kind, 'default'), name: 'app' };
  const [pod] = cluster.ledger.list(pods);
  const disruptedPods = { [pod?.metadata.name ?? '']: '2026-01-02T03:05:00Z' };
  const body = { status: { disruptedPods } };
  await ada?.patch({ ...ref, subresource: 'status' }, { type: 'merge', body });
  await run(1);
  violatedOnce(cluster, /app-.* may go: 2 healthy pods are left, budget app wants 3/);
  cluster.stop();
});

test('a budget for a share of its app knows late how large that is', async () => {
  const { cluster, run } = await withApp();
  await budgetFor(cluster, { maxUnavailable: 1 });
  const [app] = cluster.ledger.list(deployments);
  assert.ok(app);
  await run(61_000);
  await cluster.patch(deployments as Kind, app, { spec: { replicas: 5 } });
  await run(30_000);
  await evictAnyway(cluster);
  await run(1);
  assert.deepEqual(cluster.violations, []);
  await run(120_000);
  for (const _ of [1, 2]) await evictAnyway(cluster);
  await run(1);
  violatedOnce(cluster, /was evicted: 3 healthy pods are left, budget app wants 4/);
  cluster.stop();
});

test('a budget that does not tell how it stands', async () => {
  const { cluster, run } = await withApp();
  await budgetFor(cluster, { maxUnavailable: 1 });
  await run(1_000);
  assert.deepEqual(missing(cluster), []);
  const [budget] = cluster.ledger.list(podDisruptionBudgets);
  assert.ok(budget?.spec);
  const metadata = { ...budget.metadata, generation: 2 };
  const changed = { ...budget, metadata, spec: { ...budget.spec, maxUnavailable: 2 } };
  assert.deepEqual(ofBudget(changed, cluster.ledger), [
    'budget app: observedGeneration is 1, not 2',
    'budget app: desiredHealthy is 2, not 1',
    'budget app: disruptionsAllowed is 1, not 2',
  ]);
  cluster.stop();
});

test('a second pod of an ordinal', async () => {
  const { cluster, run } = await withApp();
  const { metadata, spec } = statefulSetDraft('db', cluster.chance('db'));
  await cluster.create(statefulSets as Kind, { metadata, spec: { ...spec, replicas: 1 } });
  await run(20_000);
  const pod = cluster.ledger.list(pods).find(({ metadata: { name } }) => name === 'db-0');
  assert.ok(pod);
  const { labels: marks, namespace, ownerReferences } = pod.metadata;
  const twin = { name: 'twin', namespace, labels: marks, ownerReferences };
  const { nodeName: _, ...rest } = pod.spec;
  await cluster.create(pods as Kind, { metadata: twin, spec: rest });
  await run(1);
  violatedOnce(cluster, /ordinal 0 has more than one pod: twin, db-0/);
  cluster.stop();
});

test('an update that takes too many ready pods away', async () => {
  const { cluster, invariants, run } = await withApp();
  invariants.undisturbedSinceMs = 0;
  const ready = cluster.ledger.list(pods).filter((pod: Pod) => isReady(pod));
  for (const pod of ready.slice(0, 2)) await cluster.delete(pods as Kind, pod, {});
  await run(1);
  violatedOnce(cluster, /app: 1 available pods in an update, at least 2 wanted/);
  cluster.stop();
});

test('an app that has just been asked for more pods is judged by what it was', async () => {
  for (const isLate of [false, true]) {
    const { cluster, invariants, run } = await withApp();
    const [app] = cluster.ledger.list(deployments);
    assert.ok(app);
    await run(61_000);
    invariants.undisturbedSinceMs = 0;
    await cluster.patch(deployments as Kind, app, { spec: { replicas: 9 } });
    await run(isLate ? 61_000 : 30_000);
    for (const pod of cluster.ledger.list(pods).slice(0, 5)) {
      await cluster.delete(pods as Kind, pod, {});
    }
    await run(1);
    if (isLate) violatedOnce(cluster, /app: 7 available pods in an update, at least 8 wanted/);
    else assert.deepEqual(cluster.violations, []);
    cluster.stop();
  }
});

test('an update of a StatefulSet that takes too many pods, or one below the partition', async () => {
  for (const [partition, words] of [
    [0, /db-\d: 1 pods serve in an update, at least 2 wanted/],
    [3, /db-\d is below the partition/],
  ] as const) {
    const { cluster, invariants, run } = await withApp();
    const { metadata, spec } = statefulSetDraft('db', cluster.chance('db'));
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition } };
    const set = { metadata, spec: { ...spec, replicas: 3, updateStrategy } };
    await cluster.create(statefulSets as Kind, set);
    await run(60_000);
    invariants.undisturbedSinceMs = 0;
    const own = cluster.ledger
      .list(pods)
      .filter(({ metadata: { name } }) => name.startsWith('db-'));
    for (const pod of own.slice(0, 2)) await cluster.delete(pods as Kind, pod, {});
    await run(1);
    violatedOnce(cluster, words);
    cluster.stop();
  }
});

test('an update of a DaemonSet that leaves too many nodes without', async () => {
  const { cluster, invariants, run } = await withApp();
  const { metadata, spec } = daemonSetDraft('log', cluster.chance('log'));
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };
  await cluster.create(daemonSets as Kind, { metadata, spec: { ...spec, updateStrategy } });
  await run(30_000);
  invariants.undisturbedSinceMs = 0;
  const own = cluster.ledger.list(pods).filter(({ metadata: { name } }) => name.startsWith('log-'));
  for (const pod of own) await cluster.delete(pods as Kind, pod, {});
  await run(1);
  violatedOnce(cluster, /log: 0 nodes are served in an update, at least 1 wanted/);
  cluster.stop();
});

test('an endpoint that stays when its pod is not ready', async () => {
  const { cluster, run } = await withApp();
  const [pod] = cluster.ledger.list(pods);
  assert.ok(pod);
  // Nobody tells the loops: what the server does not say, they cannot know.
  cluster.weather.late = 1;
  cluster.weather.lateMs = 3_600_000;
  await cluster.delete(pods as Kind, pod, { gracePeriodSeconds: 0 });
  await run(200_000);
  assert.ok(cluster.violations.some((words) => /calls .* ready, which is not/.test(words)));
  cluster.stop();
});

/** Past the scheduler, and past its own knowledge: as if it had chosen the node itself. */
async function bind(cluster: SimulatedCluster, name: string, node: string): Promise<void> {
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(pods as Kind, 'default'), name, subresource: 'binding' };
  const target = { apiVersion: 'v1', kind: 'Node', name: node };
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target };
  await ada?.create(ref, body as KubeObject);
}

test('a node that is promised more than it has', async () => {
  const { cluster, run } = await withApp();
  const containers = [{ name: 'main', image: 'x', resources: { requests: { cpu: '64' } } }];
  await cluster.create(pods as Kind, {
    metadata: { name: 'large', namespace: 'default' },
    spec: { containers },
  });
  await bind(cluster, 'large', 'node-1');
  await run(1_000);
  violatedOnce(cluster, /is promised 64\d+m CPU/);
  cluster.stop();
});

test('a machine that runs more than its node has', async () => {
  const { cluster, run } = await withApp();
  const machine = cluster.nodes.map((node) => node.machine).find(({ running }) => running.length);
  assert.ok(machine?.running[0]);
  machine.resize(machine.running[0], { cpuShares: 65_536 });
  await run(1);
  assert.deepEqual(cluster.violations, [], 'what was granted counts where it is less');
  const [container] = machine.running;
  machine.containers.set('other', {
    ...container,
    id: 'other',
    name: 'other',
    resources: { cpuShares: 65_536 },
  } as never);
  cluster.runs++;
  await run(1);
  violatedOnce(cluster, /node-\d runs 64\d+m CPU/);
  cluster.stop();
});

test('a pod through a closed door, one that stays inside, and one that is sent away too early', async () => {
  const { cluster, run } = await withApp();
  const close = async (effect: string): Promise<void> => {
    const node = cluster.ledger.list(nodes).find(({ metadata: { name } }) => name === 'node-1');
    assert.ok(node);
    const taints = [{ key: 'maintenance', effect }];
    await cluster.patch(nodes as Kind, node, { spec: { taints } });
  };
  const spec = { containers: [{ name: 'main', image: 'x' }], schedulerName: 'nobody' };
  await close('NoSchedule');
  await run(70_000);
  await cluster.create(pods as Kind, { metadata: { name: 'late', namespace: 'default' }, spec });
  await bind(cluster, 'late', 'node-1');
  await run(1);
  violatedOnce(cluster, /late was bound to node-1 in spite of maintenance/);
  cluster.violations.length = 0;
  const tolerations = [
    { key: 'maintenance', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 600 },
  ];
  await cluster.create(pods as Kind, {
    metadata: { name: 'brave', namespace: 'default' },
    spec: { ...spec, nodeName: 'node-1', tolerations },
  });
  await run(5_000);
  await close('NoExecute');
  await run(5_000);
  const told = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' };
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(pods as Kind, 'default'), name: 'brave', subresource: 'status' };
  await ada?.patch(ref, { type: 'merge', body: { status: { conditions: [told] } } });
  await run(1);
  violatedOnce(cluster, /brave was sent away from node-1 \d+ ms too early/);
  cluster.violations.length = 0;
  await close('NoSchedule');
  const left = { name: 'left', namespace: 'default' };
  await cluster.create(pods as Kind, { metadata: left, spec: { ...spec, nodeName: 'node-1' } });
  await run(120_000);
  // Nobody tells the loops.
  Object.assign(cluster.weather, { late: 1, lateMs: 3_600_000 });
  await close('NoExecute');
  await run(130_000);
  assert.ok(cluster.violations.some((words) => /left stays on node-1/.test(words)));
  cluster.stop();
});

test('a node that counts as lost while it reports; a clock that jumps does not make it so', async () => {
  const { cluster, run } = await withApp();
  await run(60_000);
  for (const offMs of [600_000, -600_000, 0]) {
    cluster.clock.set(offMs);
    cluster.nodes[0]?.clock.set(-offMs);
    await run(60_000);
    assert.deepEqual(cluster.violations, []);
  }
  const conditions = [{ type: 'Ready', status: 'Unknown' }];
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(nodes as Kind), name: 'node-1', subresource: 'status' };
  await ada?.patch(ref, { type: 'merge', body: { status: { conditions } } });
  await run(1);
  violatedOnce(cluster, /node node-1 counts as lost \d+ ms after its agent reported/);
  cluster.stop();
});

test('a volume with two claims, and one that is torn from its claim', async () => {
  const { cluster, run } = await withApp();
  const size = { storage: '1Mi' };
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
  const volume = await cluster.create(persistentVolumes as Kind, {
    metadata: { name: 'v' },
    spec: { ...spec, capacity: size, hostPath: { path: '/v' } },
  });
  for (const name of ['one', 'other']) {
    await cluster.create(persistentVolumeClaims as Kind, {
      metadata: { name, namespace: 'default' },
      spec: { ...spec, volumeName: 'v', resources: { requests: size } },
    });
  }
  await run(2_000);
  violatedOnce(cluster, /volume v has more claims than other/);
  await cluster.delete(persistentVolumes as Kind, volume, {});
  await cluster.patch(persistentVolumes as Kind, volume, { metadata: { finalizers: null } });
  await run(2_000);
  assert.match(cluster.violations.join(), /volume v of claim one was removed/);
  cluster.stop();
});

test('a Job that ends twice, and a setting that is nobody’s', async () => {
  const { cluster, run } = await withApp();
  const data = { color: 'red' };
  const metadata = { name: 'settings', namespace: 'default' };
  const wanted = { metadata, data };
  await cluster.apply(configMaps as Kind, wanted, { fieldManager: 'ada', force: false });
  await run(1);
  assert.deepEqual(cluster.violations, []);
  const change = { key: '/core/configmaps/default/settings', revision: 1, previous: undefined };
  const [settings] = cluster.ledger
    .list(configMaps)
    .filter((one) => one.metadata.name === metadata.name);
  assert.ok(settings);
  const words = always
    .filter(({ promise }) => promise.includes('applied'))
    .map(({ broken }) =>
      broken({} as never, { ...change, current: { ...settings, data: {} } as never }),
    );
  assert.deepEqual(words, ['the settings are "", and owned are "color"']);
  const ended = (type: string) => ({
    metadata: { name: 'sum' },
    status: { conditions: [{ type, status: 'True' }] },
  });
  const told = always
    .filter(({ promise }) => promise.includes('Job ended'))
    .map(({ broken }) =>
      broken({} as never, { previous: ended('Complete'), current: ended('Failed') } as never),
    );
  assert.deepEqual(told, ['job sum was Complete, and is Failed']);
  cluster.stop();
});

/** As its controller would start it. */
function startedBy(cronJob: KubeObject, minute: string): object {
  const { name, namespace, uid } = cronJob.metadata;
  const at = `2026-01-02T03:${minute}:00Z`;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true };
  const containers = [{ name: 'main', image: imageNamed('web', 1) }];
  return {
    metadata: {
      name: `${name}-${Date.parse(at) / 60_000}`,
      namespace,
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': at },
      ownerReferences: [owner],
    },
    spec: { template: { spec: { restartPolicy: 'Never', containers } } },
  };
}

test('a CronJob that starts what is not due, not wanted any more or not wanted beside another', async () => {
  const { cluster, run } = await withApp();
  const { metadata, spec } = cronJobDraft('tick', cluster.chance('tick'));
  const draft = { ...spec, schedule: '*/30 * * * *', concurrencyPolicy: 'Forbid' };
  const cronJob = await cluster.create(cronJobs as Kind, { metadata, spec: draft });
  await cluster.create(jobs as Kind, startedBy(cronJob, '00'));
  await run(61_000);
  assert.deepEqual(cluster.violations, []);
  await cluster.create(jobs as Kind, startedBy(cronJob, '07'));
  await run(1);
  violatedOnce(cluster, /tick-29455387 was started for .*:07:00Z, which is on no schedule/);
  cluster.violations.length = 0;
  await cluster.create(jobs as Kind, startedBy(cronJob, '30'));
  await run(1);
  violatedOnce(cluster, /tick-29455410 was started beside tick-29455380/);
  cluster.violations.length = 0;
  const changed = { suspend: true, schedule: '*/20 * * * *', concurrencyPolicy: 'Allow' };
  await cluster.patch(cronJobs as Kind, cronJob, { spec: changed });
  await run(1_000);
  // Whoever has not heard of the change is right.
  await cluster.create(jobs as Kind, startedBy(cronJob, '20'));
  await run(61_000);
  assert.deepEqual(cluster.violations, []);
  await cluster.create(jobs as Kind, startedBy(cronJob, '40'));
  await run(1);
  violatedOnce(cluster, /tick-29455420 was started by a suspended CronJob/);
  const status = { active: [{ name: 'tick-29455420' }] };
  const ended = { conditions: [{ type: 'Complete', status: 'True' }] };
  const finished = cluster.ledger.list(jobs).map((job) => ({ ...job, status: ended }));
  const ledger = { list: () => finished } as never;
  assert.deepEqual(
    ofCronJob(
      { ...cronJob, spec: { ...spec, successfulJobsHistoryLimit: 1 }, status } as never,
      ledger,
    ),
    [
      `cron job tick keeps ${finished.length} Complete, not 1`,
      'cron job tick says that 1 are active',
    ],
  );
  cluster.stop();
});

test('a quota that counts wrongly, and what is let in beyond it', async () => {
  const { cluster, run } = await withApp();
  const metadata = { name: 'share', namespace: 'default' };
  const hard = { pods: '3', 'count/jobs.batch': '1' };
  const quota = await cluster.create(resourceQuotas as Kind, { metadata, spec: { hard } });
  await run(1_000);
  assert.deepEqual(cluster.violations, []);
  const { ledger } = cluster;
  const told = always
    .filter(({ promise }) => promise.includes('beyond a quota'))
    .map(({ broken }) => broken({ cluster } as never, { previous: undefined, current: quota }));
  assert.deepEqual(told, [undefined, undefined], 'it is full, and no more');
  const [pod] = ledger.list(pods);
  const others = [pod, { ...pod, metadata: { ...pod?.metadata, name: 'more' } }];
  const list = (kind: Kind): readonly KubeObject[] =>
    (kind.kind === 'Pod' ? [...ledger.list(pods), ...others] : ledger.list(kind)) as never;
  const crowded = { cluster: { ledger: { list } } } as never;
  const words = always
    .filter(({ promise }) => promise.includes('quota'))
    .map(({ broken }) => broken(crowded, { previous: undefined, current: quota }));
  assert.deepEqual(words, [
    'share was let in: pods is 5, quota share says 3',
    undefined,
    'quota share: used pods is 3, not 5',
  ]);
  cluster.stop();
});

test('an autoscaler that scales beyond its bounds, or leaves its app beyond them', async () => {
  const { cluster, run } = await withApp();
  const [app] = cluster.ledger.list(deployments);
  assert.ok(app);
  const draft = autoscalerDraft(app, cluster.chance('autoscaler'));
  const spec = { ...draft.spec, minReplicas: 2, maxReplicas: 3 };
  const autoscaler = await cluster.create(horizontalPodAutoscalers as Kind, { ...draft, spec });
  await run(61_000);
  assert.deepEqual([...cluster.violations, ...missing(cluster)], []);
  const bounds = { minReplicas: 3, maxReplicas: 4 };
  await setAutoscalerBounds(cluster, autoscaler as HorizontalPodAutoscaler, bounds);
  await run(1_000);
  const [known] = cluster.ledger.list(horizontalPodAutoscalers);
  assert.ok(known);
  const list = (): unknown => [{ ...app, spec: { ...app.spec, replicas: 5 } }];
  assert.deepEqual(ofAutoscaler(known, { list } as never), [
    'autoscaler app leaves 5, bounds are 3 and 4',
    'autoscaler app says 3 replicas, not 5',
    'autoscaler app says 3 replicas, not 5',
  ]);
  const ada = cluster.controlPlane.verbsFor({ name: 'ada', groups: ['system:masters'] });
  const ref = { ...collectionOf(horizontalPodAutoscalers as Kind, 'default'), name: 'app' };
  const scaled = async (second: number, desiredReplicas: number): Promise<void> => {
    const status = { desiredReplicas, lastScaleTime: `2026-01-02T03:09:0${second}Z` };
    await ada?.patch({ ...ref, subresource: 'status' }, { type: 'merge', body: { status } });
    await run(1);
  };
  await scaled(1, 2);
  await scaled(2, 4);
  assert.deepEqual(cluster.violations, [], 'what it may, and what it might a moment ago');
  await scaled(3, 5);
  violatedOnce(cluster, /autoscaler app asked for 5 replicas, bounds are 2 and 4/);
  cluster.violations.length = 0;
  await run(61_000);
  await scaled(4, 2);
  violatedOnce(cluster, /autoscaler app asked for 2 replicas, bounds are 3 and 4/);
  cluster.stop();
});
