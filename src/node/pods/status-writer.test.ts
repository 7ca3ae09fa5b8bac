import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { Pod, PodStatus } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, settle } from '#server/testing/cluster.ts';
import type { PodServices } from './services.ts';
import { StatusWriter } from './status-writer.ts';

const ref = { ...collectionOf(pods as Kind, 'default'), name: 'a' };
const statusRef = { ...ref, subresource: 'status' };
const readyAt = (status: 'True' | 'False', second: number): PodStatus => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status, lastTransitionTime: `2026-01-02T03:04:0${second}Z` }],
});

async function setUp() {
  const cluster = await openTestCluster();
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const verbs = inProcessVerbs(
    { core: cluster.core, kinds: () => kinds, authorizer },
    cluster.context.user,
  );
  await cluster.create(pods as Kind, {
    metadata: { name: 'a' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
  });
  const read = async (): Promise<Pod> => (await verbs.get(ref)) as Pod;
  const services = { verbs, logger: silentLogger, timers: cluster.time, observe: () => undefined };
  const writer = new StatusWriter(services as unknown as PodServices, () => undefined);
  const want = async (status: PodStatus): Promise<string | undefined> => {
    writer.want(await read(), status, false);
    await settle();
    const { conditions } = (await read()).status ?? {};
    return conditions?.find(({ type }) => type === 'Ready')?.status;
  };
  const advance = async (ms: number): Promise<void> => {
    cluster.time.advance(ms);
    await settle();
  };
  return { verbs, read, want, writer, advance };
}

test('what somebody else wrote over our status is written again, even with the same words', async () => {
  const { verbs, read, want } = await setUp();
  assert.equal(await want(readyAt('True', 1)), 'True');
  const pod = await read();
  const over: Pod = { ...pod, status: { ...pod.status, ...readyAt('False', 1) } };
  await verbs.update(statusRef, over);
  assert.equal(await want(readyAt('True', 1)), 'True');
});

test('a status that the server took is known as long as the server keeps it', async () => {
  const { read, want, writer } = await setUp();
  const status = readyAt('True', 1);
  assert.equal(writer.knows(await read(), status), false);
  await want(status);
  const { resourceVersion } = (await read()).metadata;
  assert.equal(writer.knows(await read(), status), true);
  await want(status);
  assert.equal((await read()).metadata.resourceVersion, resourceVersion);
});

test('while a pod moves, a passing status is shown later, and one that others act on at once', async () => {
  const { read, writer, advance } = await setUp();
  const startTime = '2026-01-02T03:04:00Z';
  const status = (more: object): PodStatus => ({ phase: 'Pending', startTime, ...more });
  const want = async (wanted: PodStatus): Promise<void> => {
    writer.want(await read(), wanted, true);
    await settle();
  };
  await want(status({}));
  await advance(1_000);
  await want(status({}));
  assert.equal((await read()).status?.startTime, undefined);
  await advance(1_000);
  await want(status({ podIP: '10.0.0.1' }));
  assert.equal((await read()).status?.startTime, startTime);
  assert.equal((await read()).status?.podIP, '10.0.0.1');
  await want({ ...status({ podIP: '10.0.0.1' }), phase: 'Running' });
  assert.equal((await read()).status?.phase, 'Running');
});
