import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, namespaces, nodes } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { Node, NodeSystemInfo } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster } from '#server/testing/cluster.ts';
import { NodeReporter } from './node-reporter.ts';

const ref = { ...collectionOf(nodes as Kind), name: 'n1' };
const info = {
  architecture: 'amd64',
  bootID: 'b',
  containerRuntimeVersion: 'r',
  kernelVersion: 'k',
  kubeletVersion: 'v',
  kubeProxyVersion: 'v',
  machineID: 'm',
  operatingSystem: 'linux',
  osImage: 'o',
  systemUUID: 'u',
} satisfies NodeSystemInfo;

/** A node that reports; `wrote` has what it wrote since the last look. */
async function reporting() {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const user = { name: 'ada', groups: ['system:masters'] };
  const verbs = inProcessVerbs({ core, kinds: () => kinds, authorizer }, user);
  await cluster.create(namespaces as Kind, { metadata: { name: 'kube-node-lease' } });
  const wrote: string[] = [];
  const refuses = { leases: false };
  const counting: Verbs = {
    ...verbs,
    create: async (collection, object) => {
      wrote.push(`create ${object.kind}`);
      return verbs.create(collection, object);
    },
    update: async (lease, object) => {
      if (refuses.leases) throw new Error('no leases today');
      wrote.push(`update ${object.kind}`);
      return verbs.update(lease, object);
    },
    patch: async (node, patch) => {
      wrote.push(`patch ${node.resource}`);
      return verbs.patch(node, patch);
    },
  };
  const reporter = new NodeReporter({
    name: 'n1',
    labels: {},
    annotations: {},
    addresses: [],
    podCidrs: ['10.244.0.0/24'],
    capacity: {},
    allocatable: {},
    verbs: counting,
    clock: time,
    timers: time,
    logger: silentLogger,
    info,
    facts: async () => ({ pressure: new Set(), runtime: [] }),
    images: async () => [],
    tell: () => undefined,
  });
  await reporter.start();
  const rest = async (): Promise<void> => {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  };
  /** As the node controller does; the agent's watch tells it. */
  const takeForLost = async (): Promise<void> => {
    const node = (await verbs.get(ref)) as Node;
    const conditions = node.status?.conditions?.map((each) => ({ ...each, status: 'Unknown' }));
    const status = { ...node.status, conditions };
    const lost = await verbs.update({ ...ref, subresource: 'status' }, { ...node, status } as Node);
    reporter.observe(lost as Node);
    await rest();
  };
  const ready = async (): Promise<string | undefined> =>
    ((await verbs.get(ref)) as Node).status?.conditions?.find(({ type }) => type === 'Ready')
      ?.status;
  return { reporter, wrote, refuses, time, takeForLost, ready, rest };
}

test('a node renews its Lease before it calls itself ready', async () => {
  const { reporter, wrote } = await reporting();
  assert.deepEqual(wrote, ['create Node', 'create Lease', 'patch nodes']);
  reporter.stop();
});

test('a node that was taken for lost says at once that it is there, with a new Lease', async () => {
  const { reporter, wrote, time, takeForLost, ready, rest } = await reporting();
  time.advance(60_000);
  await rest();
  wrote.length = 0;
  await takeForLost();
  assert.deepEqual([await ready(), wrote], ['True', ['update Lease', 'patch nodes']]);
  await takeForLost();
  assert.equal(await ready(), 'Unknown', 'twice in a moment is an argument');
  reporter.stop();
});

test('without a new Lease it waits for its next look: it would be taken for lost again', async () => {
  const { reporter, wrote, refuses, time, takeForLost, ready, rest } = await reporting();
  time.advance(60_000);
  await rest();
  wrote.length = 0;
  refuses.leases = true;
  await takeForLost();
  assert.deepEqual([await ready(), wrote], ['Unknown', []]);
  time.advance(10_000);
  await rest();
  assert.deepEqual([await ready(), wrote], ['True', ['patch nodes']]);
  reporter.stop();
});
