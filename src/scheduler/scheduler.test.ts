import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaces, nodes, pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { Pod } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { podNamed } from './testing/objects.ts';
import { startScheduling } from './testing/scheduling.ts';

const scheduledOf = (pod: Pod) =>
  pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');

test('a pod gets a node, and both say so', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.run();
  const pod = await cluster.podNow('a');
  assert.equal(pod.spec.nodeName, 'n1');
  assert.equal(scheduledOf(pod)?.status, 'True');
  assert.deepEqual(await cluster.told(), ['Scheduled: Successfully assigned default/a to n1']);
  await cluster.stop();
});

test('a pod without room waits with a reason, and goes when room is made', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1', { cpu: '1' });
  await cluster.pod(podNamed('a', { cpu: '800m' }));
  await cluster.run();
  await cluster.pod(podNamed('b', { cpu: '800m' }));
  await cluster.run();
  const waiting = scheduledOf(await cluster.podNow('b'));
  assert.equal(waiting?.reason, 'Unschedulable');
  assert.equal(
    waiting?.message,
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ' +
      '1 No preemption victims found for incoming pod.',
  );
  assert.ok((await cluster.told()).includes(`FailedScheduling: ${waiting?.message}`));
  await cluster.run(20_000);
  assert.equal(cluster.scheduler.stats().refused, 1, 'nothing changed, so nothing was tried');
  const ref = { ...collectionOf(pods, 'default'), name: 'a' };
  await cluster.verbs.delete(ref, { gracePeriodSeconds: 0 });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('b')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a pod that asks for less gives its room away only when its node has taken it', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1', { cpu: '2' });
  await cluster.pod(podNamed('a', { cpu: '1500m' }));
  await cluster.run();
  const ref = { ...collectionOf(pods, 'default'), name: 'a' };
  const holds = (cpu: string) => {
    const status = { name: 'main', image: 'a', imageID: 'a', ready: true, restartCount: 0 };
    const held = { allocatedResources: { cpu }, resources: { requests: { cpu } } };
    const body = { status: { phase: 'Running', containerStatuses: [{ ...status, ...held }] } };
    return cluster.verbs.patch({ ...ref, subresource: 'status' }, { type: 'merge', body });
  };
  await holds('1500m');
  const containers = [{ name: 'main', resources: { requests: { cpu: '500m' } } }];
  const body = { spec: { containers } };
  await cluster.verbs.patch({ ...ref, subresource: 'resize' }, { type: 'strategic', body });
  await cluster.pod(podNamed('b', { cpu: '1' }));
  await cluster.run(2000);
  assert.equal((await cluster.podNow('b')).spec.nodeName, undefined);
  await holds('500m');
  await cluster.run(2000);
  assert.equal((await cluster.podNow('b')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a decision that throws is a fault of its pod alone, which is tried again', async () => {
  const random = seededRandom(3);
  let faults = 1;
  const below = (bound: number): number => {
    if (faults-- > 0) throw new TypeError('nobody thought of this');
    return random.below(bound);
  };
  const cluster = await startScheduling({ ...random, below });
  for (const name of ['n1', 'n2']) await cluster.node(name);
  await cluster.pod(podNamed('a'));
  await cluster.pod(podNamed('b'));
  await cluster.run();
  assert.equal((await cluster.podNow('a')).spec.nodeName, undefined);
  assert.ok((await cluster.podNow('b')).spec.nodeName);
  await cluster.run(3000);
  assert.ok((await cluster.podNow('a')).spec.nodeName);
  await cluster.stop();
});

test('uncordoning a node wakes the pods that it refused', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1', { spec: { unschedulable: true } });
  await cluster.pod(podNamed('a'));
  await cluster.run();
  assert.equal((await cluster.podNow('a')).spec.nodeName, undefined);
  const ref = { ...collectionOf(nodes), name: 'n1' };
  const body = { spec: { unschedulable: null, taints: null } };
  await cluster.verbs.patch(ref, { type: 'merge', body });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('a')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('gates hold a pod back, and other schedulers keep theirs', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  await cluster.pod(podNamed('gated', {}, { schedulingGates: [{ name: 'quota' }] }));
  await cluster.pod(podNamed('foreign', {}, { schedulerName: 'mine' }));
  await cluster.run();
  assert.equal((await cluster.podNow('gated')).spec.nodeName, undefined);
  const ref = { ...collectionOf(pods, 'default'), name: 'gated' };
  await cluster.verbs.patch(ref, { type: 'merge', body: { spec: { schedulingGates: [] } } });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('gated')).spec.nodeName, 'n1');
  assert.equal((await cluster.podNow('foreign')).spec.nodeName, undefined);
  await cluster.stop();
});

test('many pods at once fill nodes to the brim and never over it', async () => {
  const cluster = await startScheduling();
  for (const name of ['n1', 'n2', 'n3', 'n4']) await cluster.node(name, { cpu: '2' });
  const all = Array.from({ length: 20 }, (_, at) => podNamed(`p${at}`, { cpu: '500m' }));
  await Promise.all(all.map((pod) => cluster.pod(pod)));
  await cluster.run(1000);
  const found = (await cluster.verbs.list(collectionOf(pods, 'default'))).items as readonly Pod[];
  const counts = new Map<string, number>();
  for (const { spec } of found) {
    if (spec.nodeName) counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1);
  }
  assert.deepEqual([...counts.values()], [4, 4, 4, 4]);
  assert.equal(cluster.scheduler.stats().unschedulable, 4);
  await cluster.stop();
});

test('a refused binding is taken back', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1', { cpu: '1' });
  const create = cluster.verbs.create.bind(cluster.verbs);
  let refusals = 1;
  cluster.verbs.create = (ref, object, options) => {
    if (object.kind === 'Binding' && refusals-- > 0) {
      return create({ ...ref, name: 'nobody' }, object, options);
    }
    return create(ref, object, options);
  };
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.run();
  assert.equal(cluster.scheduler.stats().bindingsFailed, 1);
  await cluster.run(2000);
  assert.equal((await cluster.podNow('a')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a binding whose answer was lost counts until the server itself has been asked', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1', { cpu: '1' });
  const create = cluster.verbs.create.bind(cluster.verbs);
  const get = cluster.verbs.get.bind(cluster.verbs);
  const tries: string[] = [];
  let late: (() => Promise<unknown>) | undefined;
  cluster.verbs.create = async (ref, object, options) => {
    if (object.kind !== 'Binding') return create(ref, object, options);
    tries.push(object.metadata.name);
    late = () => create(ref, object, options);
    throw new StatusError('ServerTimeout', 'it may have been carried out');
  };
  cluster.verbs.get = async (ref) => {
    await late?.();
    late = undefined;
    return get(ref);
  };
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.pod(podNamed('b', { cpu: '1' }));
  await cluster.run(2000);
  assert.deepEqual(tries, ['a']);
  assert.equal((await cluster.podNow('a')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a label of a namespace may let a pod go', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  await cluster.pod(podNamed('web', {}, {}, { app: 'web' }));
  await cluster.run();
  const term = {
    labelSelector: { matchLabels: { app: 'web' } },
    namespaceSelector: { matchLabels: { team: 'x' } },
    topologyKey: 'kubernetes.io/hostname',
  };
  const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  await cluster.pod(podNamed('near', {}, { affinity: { podAffinity } }));
  await cluster.run();
  assert.match(scheduledOf(await cluster.podNow('near'))?.message ?? '', /pod affinity rules/);
  const ref = { ...collectionOf(namespaces), name: 'default' };
  await cluster.verbs.patch(ref, { type: 'merge', body: { metadata: { labels: { team: 'x' } } } });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('near')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a pod follows the one that it must be near, as soon as that one has its node', async () => {
  const cluster = await startScheduling();
  for (const name of ['n1', 'n2']) await cluster.node(name);
  const term = {
    labelSelector: { matchLabels: { app: 'web' } },
    topologyKey: 'kubernetes.io/hostname',
  };
  const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  await cluster.pod(podNamed('near', {}, { affinity: { podAffinity } }));
  await cluster.run();
  await cluster.pod(podNamed('other', {}, {}, { app: 'other' }));
  await cluster.run(5000);
  assert.equal(cluster.scheduler.stats().refused, 1, 'that one was no help');
  const nodeSelector = { 'kubernetes.io/hostname': 'n2' };
  await cluster.pod(podNamed('web', {}, { nodeSelector }, { app: 'web' }));
  await cluster.run(2000);
  assert.equal((await cluster.podNow('near')).spec.nodeName, 'n2');
  await cluster.stop();
});
