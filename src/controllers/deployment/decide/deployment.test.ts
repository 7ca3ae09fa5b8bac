import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deployments, pods, replicaSets } from '#api/kinds/index.ts';
import type { Deployment, ReplicaSet } from '#api/types.ts';
import { ownerIndexes } from '../../decide/owners.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { decideDeployment } from './deployment.ts';
import { boundsOf } from './strategy.ts';

const now = Date.UTC(2026, 0, 1);

function deployment(replicas: number, spec: object = {}): Deployment {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 1 },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...spec,
    },
  };
}

function worldWith(object: Deployment): ModelWorld {
  const world = new ModelWorld([
    { kind: deployments },
    { kind: replicaSets, indexes: ownerIndexes },
    { kind: pods, indexes: ownerIndexes },
  ]);
  world.put(deployments, object);
  return world;
}

const current = (world: ModelWorld): Deployment =>
  world.get(deployments, 'default', 'web') as Deployment;
const sets = (world: ModelWorld): readonly ReplicaSet[] => world.list(replicaSets);
const step = (world: ModelWorld): void => world.settle(decideDeployment, 'default/web', now);

function withImage(world: ModelWorld, image: string, spec: object = {}): void {
  const found = current(world);
  const template = { ...found.spec.template, spec: { containers: [{ name: 'web', image }] } };
  world.put(deployments, { ...found, spec: { ...found.spec, template, ...spec } });
}

/** What a ReplicaSet's own controller and the nodes have made of it so far. */
class Workload {
  readonly #world: ModelWorld;
  /** Ready pods, really; the rest of the size is on its way. */
  readonly #ready = new Map<string, number>();

  constructor(world: ModelWorld) {
    this.#world = world;
  }

  /** Pods above the size are deleted at once, those that are not ready first. */
  shrink(): void {
    for (const { metadata, spec } of sets(this.#world)) {
      this.#ready.set(metadata.name, Math.min(this.ready(metadata.name), spec.replicas ?? 0));
    }
  }

  start(name: string, count: number): void {
    const size =
      sets(this.#world).find(({ metadata }) => metadata.name === name)?.spec.replicas ?? 0;
    this.#ready.set(name, Math.min(size, this.ready(name) + count));
  }

  /** The status may tell of an older time than the size. */
  report(name: string): void {
    const set = this.#world.get(replicaSets, 'default', name);
    if (set === undefined) return;
    const ready = this.ready(name);
    const status = {
      replicas: set.spec.replicas ?? 0,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: set.metadata.generation,
    };
    this.#world.put(replicaSets, { ...set, status });
  }

  ready(name: string): number {
    return this.#ready.get(name) ?? 0;
  }

  get total(): number {
    return [...this.#ready.values()].reduce((sum, count) => sum + count, 0);
  }

  all(): void {
    for (const { metadata, spec } of sets(this.#world))
      this.start(metadata.name, spec.replicas ?? 0);
    for (const { metadata } of sets(this.#world)) this.report(metadata.name);
  }
}

function rolledOut(object: Deployment): { world: ModelWorld; workload: Workload } {
  const world = worldWith(object);
  const workload = new Workload(world);
  for (let turn = 0; turn < 100; turn++) {
    step(world);
    workload.shrink();
    workload.all();
  }
  step(world);
  return { world, workload };
}

const bound = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);

test('a rolling update keeps both bounds at every step, and ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      bound,
      bound,
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 3 }), fc.boolean()), {
        maxLength: 40,
      }),
      (replicas, maxSurge, maxUnavailable, happenings) => {
        const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
        const { world, workload } = rolledOut(deployment(replicas, { strategy }));
        const bounds = boundsOf(current(world));
        const check = (): void => {
          const size = sets(world).reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
          assert.ok(size <= replicas + bounds.maxSurge, `${size} pods`);
          assert.ok(workload.total >= replicas - bounds.maxUnavailable, `${workload.total} ready`);
        };
        withImage(world, 'web:2');
        for (const [which, count, reports] of happenings) {
          step(world);
          workload.shrink();
          check();
          const name = sets(world)[which % sets(world).length]?.metadata.name ?? '';
          workload.start(name, count);
          if (reports) workload.report(name);
        }
        for (let turn = 0; turn < 60; turn++) {
          step(world);
          workload.shrink();
          check();
          workload.all();
        }
        const sizes = sets(world).map(({ spec }) => spec.replicas);
        assert.deepEqual(new Set(sizes), new Set([0, replicas]));
        const done = current(world).status?.conditions?.find(({ type }) => type === 'Progressing');
        assert.equal(done?.reason, 'NewReplicaSetAvailable');
      },
    ),
    { numRuns: 60 },
  );
});

test('what a set had before its size changed does not count: adopted pods may be on their way out', () => {
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const { world } = rolledOut(deployment(4, { strategy }));
  withImage(world, 'web:2');
  step(world);
  const sizes = () => sets(world).map(({ spec }) => spec.replicas ?? 0);
  assert.deepEqual(sizes(), [4, 1]);
  const report = (index: number, availableReplicas: number): void => {
    const set = sets(world)[index] as ReplicaSet;
    const observedGeneration = set.metadata.generation;
    world.put(replicaSets, {
      ...set,
      status: { replicas: 4, availableReplicas, observedGeneration },
    });
  };
  // It found four ready pods of an earlier set of the same name, and deletes three of them.
  report(1, 4);
  step(world);
  report(0, 3);
  step(world);
  assert.deepEqual(sizes(), [3, 2]);
  report(1, 1);
  step(world);
  assert.deepEqual(sizes(), [3, 2]);
  report(1, 2);
  step(world);
  assert.deepEqual(sizes(), [2, 3]);
});

test('scaling in the middle of a roll-out keeps the shares', () => {
  const strategy = { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
  const { world, workload } = rolledOut(deployment(10, { strategy }));
  withImage(world, 'web:broken');
  step(world);
  workload.shrink();
  for (const { metadata } of sets(world)) workload.report(metadata.name);
  step(world);
  const sizes = () => sets(world).map(({ spec }) => spec.replicas ?? 0);
  assert.deepEqual(sizes(), [8, 5]);
  const found = current(world);
  world.put(deployments, { ...found, spec: { ...found.spec, replicas: 20 } });
  step(world);
  assert.equal(sizes()[0]! + sizes()[1]!, 23);
  // 8 of 13 and 5 of 13, of the 23 that may be there now.
  assert.deepEqual(sizes(), [14, 9]);
});

test('a paused deployment does not roll out, but scales', () => {
  const { world } = rolledOut(deployment(3));
  withImage(world, 'web:2', { paused: true });
  step(world);
  assert.equal(sets(world).length, 1);
  const paused = current(world).status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.deepEqual([paused?.status, paused?.reason], ['Unknown', 'DeploymentPaused']);
  const found = current(world);
  world.put(deployments, { ...found, spec: { ...found.spec, replicas: 5 } });
  step(world);
  assert.equal(sets(world)[0]?.spec.replicas, 5);
  world.put(deployments, { ...current(world), spec: { ...current(world).spec, paused: false } });
  step(world);
  assert.equal(sets(world).length, 2);
});

test('recreate waits for the last old pod', () => {
  const { world, workload } = rolledOut(deployment(2, { strategy: { type: 'Recreate' } }));
  const [old] = sets(world);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', controller: true };
  const pod = world.put(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'last',
      namespace: 'default',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ ...owner, uid: old?.metadata.uid ?? '' }],
    },
    spec: { containers: [] },
  });
  withImage(world, 'web:2');
  step(world);
  workload.shrink();
  workload.all();
  step(world);
  assert.deepEqual(
    sets(world).map(({ spec }) => spec.replicas),
    [0],
  );
  world.remove(pods, `default/${pod.metadata.name}`);
  step(world);
  assert.deepEqual(
    sets(world).map(({ spec }) => spec.replicas),
    [0, 2],
  );
});

test('recreate in the middle of a rolling update, with another size, takes all old pods away', () => {
  const { world } = rolledOut(deployment(4));
  withImage(world, 'web:2');
  step(world);
  assert.equal(sets(world).filter(({ spec }) => (spec.replicas ?? 0) > 0).length, 2);
  withImage(world, 'web:3', { strategy: { type: 'Recreate' }, replicas: 2 });
  step(world);
  const sizes = sets(world).map(({ spec }) => spec.replicas);
  assert.deepEqual(
    sizes.toSorted((a = 0, b = 0) => a - b),
    [0, 0, 2],
  );
});

test('a roll-out that stands still past its deadline is told', () => {
  const { world } = rolledOut(deployment(2));
  withImage(world, 'web:broken');
  step(world);
  const late = now + 601_000;
  const { again } = decideDeployment(world, 'default/web', now);
  assert.equal(again, late);
  world.settle(decideDeployment, 'default/web', late);
  const stuck = current(world).status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.equal(stuck?.reason, 'ProgressDeadlineExceeded');
  assert.match(stuck?.message ?? '', /^ReplicaSet "web-\w+" has timed out progressing\.$/);
});

test('history is kept up to its limit', () => {
  const { world, workload } = rolledOut(deployment(1, { revisionHistoryLimit: 2 }));
  for (const version of [2, 3, 4, 5]) {
    withImage(world, `web:${version}`);
    for (let turn = 0; turn < 10; turn++) {
      step(world);
      workload.shrink();
      workload.all();
    }
    step(world);
  }
  const revisions = sets(world).map(
    ({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'],
  );
  assert.deepEqual(revisions.map(String).sort(), ['3', '4', '5']);
});

test('a name taken by a stranger leads to another name', () => {
  const world = worldWith(deployment(1));
  step(world);
  const [own] = sets(world);
  const other = worldWith(deployment(1));
  const stranger = { ...own!, metadata: { name: own!.metadata.name, namespace: 'default' } };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } };
  const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true };
  other.put(replicaSets, {
    ...stranger,
    metadata: { ...stranger.metadata, ownerReferences: [owner] },
    spec: { ...stranger.spec, template },
  });
  step(other);
  assert.equal(current(other).status?.collisionCount, 1);
  assert.equal(sets(other).length, 2);
});
