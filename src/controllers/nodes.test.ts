import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployments, leases, namespaces, nodes, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { formatMicroTime } from '#api/time.ts';
import type { Lease } from '#api/types.ts';
import {
  type ControlPlane,
  deploymentNamed,
  readyNode,
  startControlPlane,
} from './testing/control-plane.ts';

const where = collectionOf(leases as Kind, 'kube-node-lease');

/** Two nodes whose agents renew their leases while `alive` says so. */
async function withLeases(alive: (node: string) => boolean) {
  const plane = await startControlPlane();
  await plane.create(namespaces, { metadata: { name: 'kube-node-lease' } });
  await plane.create(nodes, readyNode('n2'));
  const made = new Set<string>();
  const renew = async (): Promise<void> => {
    for (const name of ['n1', 'n2'].filter(alive)) {
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, renewTime: formatMicroTime(plane.cluster.time.now()) },
      };
      const body = { spec: lease.spec };
      const known = { ...where, name };
      if (made.has(name)) await plane.verbs.patch(known, { type: 'merge', body });
      else await plane.verbs.create(where, lease);
      made.add(name);
    }
  };
  const live = async (seconds: number): Promise<void> => {
    for (let over = 0; over < seconds; over += 10) {
      await renew();
      await plane.run(10_000);
    }
  };
  await live(10);
  return { plane, live };
}

const taintsOf = async (plane: ControlPlane, name: string) =>
  (await plane.get(nodes, name)).spec.taints?.map(({ key, effect }) => `${key}:${effect}`) ?? [];

test('a silent node is tainted, its pods count as not ready and go when they may', async () => {
  const alive = new Set(['n1', 'n2']);
  const { plane, live } = await withLeases((node) => alive.has(node));
  await plane.create(deployments, deploymentNamed('web', 2));
  await live(10);
  alive.delete('n1');
  await live(50);
  const lost = await plane.get(nodes, 'n1');
  const ready = lost.status?.conditions?.find(({ type }) => type === 'Ready');
  assert.deepEqual([ready?.status, ready?.reason], ['Unknown', 'NodeStatusUnknown']);
  assert.deepEqual(await taintsOf(plane, 'n1'), [
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  assert.deepEqual(await taintsOf(plane, 'n2'), []);
  const before = await plane.list(pods, 'default');
  plane.agent.binds = false;
  await live(320);
  const marked = (await plane.list(pods, 'default')).filter(({ metadata }) =>
    before.some((pod) => pod.metadata.uid === metadata.uid),
  );
  assert.equal(marked.length, 0, 'after 300 s, the toleration that admission gave, they are gone');
  await plane.stop();
});

test('a taint that somebody sets sends pods away: those that tolerate it for a while after that while', async () => {
  const plane = await startControlPlane();
  const podWith = (name: string, tolerationSeconds?: number) =>
    plane.create(pods, {
      metadata: { name, namespace: 'default' },
      spec: {
        nodeName: 'n1',
        containers: [{ name: 'main', image: 'web:1' }],
        ...(tolerationSeconds !== undefined && {
          tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }],
        }),
      },
    });
  await podWith('at-once');
  await podWith('later', 20);
  await plane.run();
  const names = async (): Promise<readonly string[]> =>
    (await plane.list(pods, 'default'))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name);
  const node = { ...collectionOf(nodes as Kind), name: 'n1' };
  const taints = [{ key: 'k', value: 'v', effect: 'NoExecute' }];
  await plane.verbs.patch(node, { type: 'merge', body: { spec: { taints } } });
  await plane.run(15_000);
  assert.deepEqual(await names(), ['later']);
  await plane.run(10_000);
  assert.deepEqual(await names(), []);
  await plane.stop();
});

test('a pod that comes to a tainted node has its whole time there, however old the taint is', async () => {
  const plane = await startControlPlane();
  const node = { ...collectionOf(nodes as Kind), name: 'n1' };
  const taints = [{ key: 'k', value: 'v', effect: 'NoExecute' }];
  await plane.verbs.patch(node, { type: 'merge', body: { spec: { taints } } });
  await plane.run(60_000);
  const tolerations = [
    { key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 20 },
  ];
  const spec = { nodeName: 'n1', containers: [{ name: 'main', image: 'web:1' }], tolerations };
  await plane.create(pods, { metadata: { name: 'late', namespace: 'default' }, spec });
  const isThere = async (): Promise<boolean> =>
    (await plane.list(pods, 'default')).some((pod) => !pod.metadata.deletionTimestamp);
  await plane.run(15_000);
  assert.equal(await isThere(), true);
  await plane.run(10_000);
  assert.equal(await isThere(), false);
  await plane.stop();
});

test('a lease that somebody removes was a sign of life until then', async () => {
  const { plane, live } = await withLeases(() => true);
  await live(80);
  await plane.verbs.delete({ ...where, name: 'n1' });
  await plane.run(20_000);
  assert.deepEqual(await taintsOf(plane, 'n1'), []);
  await plane.run(30_000);
  assert.deepEqual(await taintsOf(plane, 'n1'), ['node.kubernetes.io/unreachable:NoSchedule']);
  await plane.stop();
});

test('when all nodes fall silent nothing is evicted: it is rather us who are cut off', async () => {
  const { plane, live } = await withLeases(() => false);
  await live(70);
  assert.deepEqual(await taintsOf(plane, 'n1'), ['node.kubernetes.io/unreachable:NoSchedule']);
  assert.deepEqual(await taintsOf(plane, 'n2'), ['node.kubernetes.io/unreachable:NoSchedule']);
  await plane.stop();
});

test('pods of a node that is gone go, but not before it might have come back', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 2));
  await plane.run();
  const before = await plane.list(pods, 'default');
  plane.agent.binds = false;
  await plane.delete(nodes, 'n1');
  await plane.run(30_000);
  assert.deepEqual(
    (await plane.list(pods, 'default')).map(({ metadata }) => metadata.uid),
    before.map(({ metadata }) => metadata.uid),
  );
  await plane.run(15_000);
  const after = await plane.list(pods, 'default');
  assert.ok(
    after.every(({ metadata }) => before.every((pod) => pod.metadata.uid !== metadata.uid)),
  );
  await plane.stop();
});

test('a workload that names a node which was never there does not make pods without end', async () => {
  const plane = await startControlPlane();
  const { spec, ...rest } = deploymentNamed('web', 1);
  const { template } = spec;
  const lost = { ...template, spec: { ...template.spec, nodeName: 'elsewhere' } };
  plane.agent.works = () => false;
  await plane.create(deployments, { ...rest, spec: { ...spec, template: lost } });
  await plane.run(30_000);
  const [first, ...more] = await plane.list(pods, 'default');
  assert.equal(more.length, 0);
  const revision = Number(first?.metadata.resourceVersion);
  await plane.run(15_000);
  const [second] = await plane.list(pods, 'default');
  assert.notEqual(second?.metadata.uid, first?.metadata.uid);
  assert.ok(Number(second?.metadata.resourceVersion) - revision < 20);
  await plane.stop();
});
