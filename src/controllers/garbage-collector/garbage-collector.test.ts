import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configMaps, nodes, secrets } from '#api/kinds/index.ts';
import type { ConfigMap, OwnerReference } from '#api/types.ts';
import { type ControlPlane, startControlPlane } from '../testing/control-plane.ts';

const ownedBy = (owner: ConfigMap, blockOwnerDeletion = false): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  ...(blockOwnerDeletion ? { blockOwnerDeletion } : {}),
});

async function make(plane: ControlPlane, name: string, ...owners: OwnerReference[]) {
  const metadata = { name, ...(owners.length > 0 ? { ownerReferences: owners } : {}) };
  return plane.create(configMaps, { metadata });
}

const names = async (plane: ControlPlane): Promise<string[]> => {
  const all = await plane.list(configMaps, 'default');
  return all.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
};

test('an object goes with its last owner, and forgets those that went before', async () => {
  const plane = await startControlPlane();
  const [a, b] = [await make(plane, 'a'), await make(plane, 'b')];
  await make(plane, 'child', ownedBy(a), ownedBy(b));
  await plane.run();
  await plane.delete(configMaps, 'a');
  await plane.run();
  const child = await plane.get(configMaps, 'child');
  assert.deepEqual(
    child.metadata.ownerReferences?.map(({ name }) => name),
    ['b'],
  );
  await plane.delete(configMaps, 'b');
  await plane.run();
  assert.deepEqual(await names(plane), []);
  await plane.stop();
});

test('an owner that never was is asked for at the server before its dependents go', async () => {
  const plane = await startControlPlane();
  await make(plane, 'child', { apiVersion: 'v1', kind: 'ConfigMap', name: 'ghost', uid: 'nobody' });
  await plane.run();
  assert.deepEqual(await names(plane), []);
  await plane.stop();
});

test('what nobody can judge is left alone', async () => {
  const plane = await startControlPlane();
  await make(plane, 'child', { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w' });
  const owner = await make(plane, 'owner');
  // A cluster-wide object cannot say in which namespace its owner would be.
  await plane.create(nodes, {
    metadata: { name: 'n9', ownerReferences: [ownedBy(owner)] },
    spec: {},
  });
  await plane.delete(configMaps, 'owner');
  await plane.run();
  assert.deepEqual(await names(plane), ['child']);
  await plane.get(nodes, 'n9');
  await plane.stop();
});

test('a circle of owners that goes in the foreground does go', async () => {
  const plane = await startControlPlane();
  const a = await make(plane, 'a');
  const b = await make(plane, 'b', ownedBy(a, true));
  await plane.patch(configMaps, 'a', { metadata: { ownerReferences: [ownedBy(b, true)] } });
  await plane.run();
  assert.deepEqual(await names(plane), ['a', 'b'], 'nobody deleted anything yet');
  await plane.delete(configMaps, 'a', { propagationPolicy: 'Foreground' });
  await plane.run(1000);
  assert.deepEqual(await names(plane), []);
  await plane.stop();
});

test('in the foreground only those that block are waited for, and they cascade', async () => {
  const plane = await startControlPlane();
  const top = await make(plane, 'top');
  const middle = await make(plane, 'middle', ownedBy(top, true));
  await plane.create(secrets, {
    metadata: {
      name: 'leaf',
      finalizers: ['example.com/held'],
      ownerReferences: [ownedBy(middle, true)],
    },
  });
  await plane.run();
  await plane.delete(configMaps, 'top', { propagationPolicy: 'Foreground' });
  await plane.run();
  assert.deepEqual(await names(plane), ['middle', 'top'], 'the leaf is held, and holds both');
  await plane.patch(secrets, 'leaf', { metadata: { finalizers: null } });
  await plane.run();
  assert.deepEqual(await names(plane), []);
  await plane.stop();
});
