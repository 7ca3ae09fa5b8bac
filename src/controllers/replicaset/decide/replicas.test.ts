import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pods, replicaSets } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, ReplicaSet } from '#api/types.ts';
import { ownerIndexes } from '../../decide/owners.ts';
import { isActive } from '../../decide/pods.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { victimsOf } from './rank.ts';
import { replicasDecider } from './replicas.ts';

const decideReplicaSet = replicasDecider({
  kind: replicaSets,
  selectorOf: ({ spec }) => spec.selector,
  countsTerminating: true,
});

const now = Date.UTC(2026, 0, 1);
const ago = (seconds: number): string => formatTime(now - seconds * 1000);

interface Words {
  readonly node?: string;
  readonly phase?: string;
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
}

function pod(name: string, words: Words = {}): Pod {
  const { node, phase = 'Running', readyFor, cost, restarts = 0, age = 100 } = words;
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor ?? 0) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: ago(age),
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
    },
    spec: { containers: [], ...(node ? { nodeName: node } : {}) },
    status: {
      phase,
      conditions: readyFor === undefined ? [] : [ready],
      containerStatuses: [
        { name: 'c', ready: true, restartCount: restarts, image: '', imageID: '' },
      ],
    },
  };
}

const good: Words = { node: 'n1', readyFor: 50 };
const cases: [string, Pod, Pod][] = [
  ['without a node', pod('x'), pod('y', good)],
  ['pending', pod('x', { node: 'n1', phase: 'Pending' }), pod('y', good)],
  ['not ready', pod('x', { node: 'n1' }), pod('y', good)],
  ['cheaper', pod('x', { ...good, cost: '-5' }), pod('y', { ...good, cost: '3' })],
  ['beside others', pod('x', { ...good, node: 'crowded' }), pod('y', good)],
  ['ready for less time', pod('x', { ...good, readyFor: 2 }), pod('y', good)],
  ['restarted more', pod('x', { ...good, restarts: 3 }), pod('y', good)],
  ['younger', pod('x', { ...good, age: 60 }), pod('y', { ...good, age: 6000 })],
  [
    'of about the same age, by uid',
    pod('x', { ...good, age: 100 }),
    pod('y', { ...good, age: 90 }),
  ],
];

for (const [name, goes, stays] of cases) {
  test(`the first to go is the one ${name}`, () => {
    const neighbours = ({ spec }: Pod) => (spec.nodeName === 'crowded' ? 3 : 1);
    for (const pair of [
      [goes, stays],
      [stays, goes],
    ]) {
      const [victim] = victimsOf(pair, 1, neighbours, now);
      assert.equal(victim?.metadata.name, goes.metadata.name);
    }
  });
}

function replicaSet(replicas: number): ReplicaSet {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default', uid: 'r', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  };
}

function worldWith(replicas: number): ModelWorld {
  const world = new ModelWorld([
    { kind: replicaSets, indexes: ownerIndexes },
    { kind: pods, indexes: ownerIndexes },
  ]);
  world.put(replicaSets, replicaSet(replicas));
  return world;
}

const step = (world: ModelWorld): void => world.settle(decideReplicaSet, 'default/web', now);
const current = (world: ModelWorld) => world.get(replicaSets, 'default', 'web') as ReplicaSet;

test('whatever happens to its pods, it comes back to its number', () => {
  const happening = fc.record({
    type: fc.constantFrom('scale', 'delete', 'fail', 'relabel', 'orphan', 'finish'),
    which: fc.nat(20),
    size: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 25 }), (happenings) => {
      const world = worldWith(3);
      for (const { type, which, size } of happenings) {
        const all = world.list(pods);
        const one = all[which % (all.length || 1)];
        if (type === 'scale') {
          world.put(replicaSets, { ...current(world), spec: { ...replicaSet(size).spec } });
        } else if (one !== undefined) {
          happen(world, type, one);
        }
        step(world);
        const active = world.byIndex(pods, 'controller', 'r').filter(isActive);
        assert.equal(active.length, current(world).spec.replicas);
        assert.equal(current(world).status?.replicas, active.length);
      }
    }),
  );
});

function happen(world: ModelWorld, type: string, one: Pod): void {
  const key = `default/${one.metadata.name}`;
  const { metadata } = one;
  if (type === 'delete') world.remove(pods, key);
  if (type === 'fail') world.put(pods, { ...one, status: { phase: 'Failed' } });
  if (type === 'relabel') world.put(pods, { ...one, metadata: { ...metadata, labels: {} } });
  if (type === 'orphan')
    world.put(pods, { ...one, metadata: { ...metadata, ownerReferences: [] } });
  if (type === 'finish') {
    world.put(pods, { ...one, metadata: { ...metadata, deletionTimestamp: ago(1) } });
  }
}

test('a refused creation shows as ReplicaFailure until one goes through', () => {
  const world = worldWith(1);
  const message = 'pods "web-" is forbidden: exceeded quota';
  world.failure = { action: 'create', resource: 'pods', reason: 'Forbidden', message };
  const { actions } = decideReplicaSet(world, 'default/web', now);
  assert.deepEqual(
    actions.map(({ type }) => type),
    ['update', 'together'],
  );
  for (const action of actions) world.apply(action);
  const [failure] = current(world).status?.conditions ?? [];
  assert.deepEqual(
    [failure?.type, failure?.reason, failure?.message],
    ['ReplicaFailure', 'FailedCreate', message],
  );
  world.failure = undefined;
  step(world);
  assert.equal(current(world).status?.conditions, undefined);
});

test('a pod that is ready counts as available when it has been so for long enough', () => {
  const world = worldWith(1);
  world.put(replicaSets, {
    ...current(world),
    spec: { ...current(world).spec, minReadySeconds: 30 },
  });
  step(world);
  const [made] = world.list(pods);
  assert.ok(made);
  world.put(pods, { ...made, status: pod('x', { readyFor: 10 }).status });
  step(world);
  assert.deepEqual(
    [current(world).status?.readyReplicas, current(world).status?.availableReplicas],
    [1, undefined],
  );
  assert.equal(decideReplicaSet(world, 'default/web', now).again, now + 20_000);
  world.settle(decideReplicaSet, 'default/web', now + 20_000);
  assert.equal(current(world).status?.availableReplicas, 1);
});
