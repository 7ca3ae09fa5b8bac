import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allKinds,
  daemonSets,
  deployments,
  podDisruptionBudgets,
  pods,
  replicaSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, PodDisruptionBudget } from '#api/types.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { decideBudget } from './budget.ts';

const now = Date.UTC(2026, 0, 1);
const kinds = lookupOf(allKinds);
const labels = { app: 'web' };

function worldWith(spec: object, status: object = {}): ModelWorld {
  const world = new ModelWorld(
    [podDisruptionBudgets, pods, deployments, replicaSets, daemonSets].map((kind) => ({
      kind: kind as Kind,
    })),
  );
  const budget: PodDisruptionBudget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default', generation: 1 },
    spec: { selector: { matchLabels: labels }, ...spec },
    status,
  };
  world.put(podDisruptionBudgets, budget);
  return world;
}

const owner = (kind: string, name: string, uid: string) => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid,
  controller: true,
});

function addPod(world: ModelWorld, name: string, more: object = {}, isReady = true): void {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels, ...more },
    spec: { containers: [] },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  };
  world.put(pods, pod);
}

/** A Deployment of so many replicas in the middle of a roll-out: two sets. */
function addDeployment(world: ModelWorld, replicas: number): void {
  const template = { spec: { containers: [] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  const metadata = { name: 'web', namespace: 'default', uid: 'd' };
  world.put(deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  for (const name of ['old', 'new']) {
    world.put(replicaSets, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace: 'default',
        uid: name,
        ownerReferences: [owner('Deployment', 'web', 'd')],
      },
      spec,
    });
  }
}

const ownedBy = (set: string) => ({ ownerReferences: [owner('ReplicaSet', set, set)] });

function settled(world: ModelWorld): string {
  world.settle((view, key, at) => decideBudget(kinds, view, key, at), 'default/web', now);
  const { status } = world.get(podDisruptionBudgets, 'default', 'web') as PodDisruptionBudget;
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods } = status ?? {};
  const reason = status?.conditions?.[0]?.reason;
  return `${disruptionsAllowed}: ${currentHealthy}/${desiredHealthy} of ${expectedPods}, ${reason}`;
}

test('a number of pods that must be there', () => {
  const world = worldWith({ minAvailable: 2 });
  assert.equal(settled(world), '0: 0/2 of 0, InsufficientPods');
  assert.deepEqual(world.events, ['NoPods: No matching pods found']);
  for (const name of ['a', 'b', 'c']) addPod(world, name);
  assert.equal(settled(world), '1: 3/2 of 3, SufficientPods');
  addPod(world, 'c', {}, false);
  assert.equal(settled(world), '0: 2/2 of 3, InsufficientPods');
});

test('a share is one of what the owners want, not of what is there', () => {
  const world = worldWith({ maxUnavailable: '30%' });
  addDeployment(world, 5);
  for (const name of ['a', 'b', 'c']) addPod(world, name, ownedBy('old'));
  addPod(world, 'd', ownedBy('new'));
  assert.equal(settled(world), '1: 4/3 of 5, SufficientPods');
  const minimum = worldWith({ minAvailable: '50%' });
  addDeployment(minimum, 5);
  for (const name of ['a', 'b', 'c']) addPod(minimum, name, ownedBy('old'));
  assert.equal(settled(minimum), '0: 3/3 of 5, InsufficientPods');
});

test('pods that nobody owns, or that nobody can count', () => {
  const world = worldWith({ maxUnavailable: 1 });
  addPod(world, 'a');
  assert.equal(settled(world), '0: 1/0 of 0, InsufficientPods');
  assert.match(world.events[0] ?? '', /^UnmanagedPods: /);
  const daemons = worldWith({ maxUnavailable: 1 }, { disruptionsAllowed: 3 });
  addPod(daemons, 'a', { ownerReferences: [owner('DaemonSet', 'x', 'x')] });
  assert.equal(settled(daemons), '0: undefined/undefined of undefined, SyncFailed');
  assert.deepEqual(daemons.events, [
    'CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: daemonsets.apps does not implement the scale subresource',
  ]);
});

test('a pod that was let go counts as lost until it is seen to stay', () => {
  const at = (ms: number) => formatTime(now + ms);
  const disruptedPods = { a: at(-60_000), b: at(-180_000), gone: at(-1000), leaving: at(-1000) };
  const world = worldWith({ minAvailable: 1 }, { disruptedPods });
  addPod(world, 'a');
  addPod(world, 'b');
  addPod(world, 'leaving', { deletionTimestamp: at(0) });
  const { again } = decideBudget(kinds, world, 'default/web', now);
  assert.equal(again, now + 60_000);
  assert.equal(settled(world), '0: 1/1 of 3, InsufficientPods');
  const { status } = world.get(podDisruptionBudgets, 'default', 'web') as PodDisruptionBudget;
  assert.deepEqual(status?.disruptedPods, { a: at(-60_000) });
  assert.match(world.events[0] ?? '', /^NotDeleted: Pod was expected by PDB default\/web/);
});
