import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  controllerRevisions,
  persistentVolumeClaims,
  pods,
  statefulSets,
} from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { PersistentVolumeClaim, Pod, StatefulSet, StatefulSetSpec } from '#api/types.ts';
import { ownerIndexes } from '../../decide/owners.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';
import { PodWorld } from '../../testing/pod-world.ts';
import { isServing } from './condition.ts';
import { isInRange, ordinalIn, revisionOf } from './identity.ts';
import { decideStatefulSet } from './stateful-set.ts';

const key = 'default/db';

function statefulSet(replicas: number, spec: Partial<StatefulSetSpec> = {}): StatefulSet {
  const labels = { app: 'db' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default', uid: 's', generation: 1 },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      ...spec,
    },
  };
}

function worldWith(object: StatefulSet): PodWorld {
  const world = new PodWorld([
    { kind: statefulSets },
    { kind: pods, indexes: ownerIndexes },
    { kind: controllerRevisions, indexes: ownerIndexes },
    { kind: persistentVolumeClaims },
  ]);
  world.put(statefulSets, object);
  return world;
}

const current = (world: PodWorld): StatefulSet =>
  world.get(statefulSets, 'default', 'db') as StatefulSet;
const pod = (world: PodWorld, name: string): Pod => world.get(pods, 'default', name) as Pod;
const names = (world: PodWorld): string[] => world.pods.map(({ metadata }) => metadata.name).sort();
const rest = (world: PodWorld): void => world.rest(decideStatefulSet, key);

function change(world: PodWorld, spec: Partial<StatefulSetSpec>): void {
  const found = current(world);
  world.put(statefulSets, { ...found, spec: { ...found.spec, ...spec } });
}

function withImage(image: string): Partial<StatefulSetSpec> {
  const labels = { app: 'db' };
  return { template: { metadata: { labels }, spec: { containers: [{ name: 'db', image }] } } };
}

function settled(world: PodWorld): PodWorld {
  for (let turn = 0; turn < 60; turn++) {
    rest(world);
    world.turn();
  }
  rest(world);
  return world;
}

const images = (world: PodWorld): string[] =>
  world.pods.map(({ spec }) => spec.containers[0]?.image ?? '').sort();

test('pods come one after the other, each when those before it serve', () => {
  const world = worldWith(statefulSet(3));
  rest(world);
  assert.deepEqual(names(world), ['db-0']);
  const first = pod(world, 'db-0');
  const { labels } = first.metadata;
  assert.equal(labels?.['statefulset.kubernetes.io/pod-name'], 'db-0');
  assert.equal(labels?.['apps.kubernetes.io/pod-index'], '0');
  assert.equal(labels?.['controller-revision-hash'], current(world).status?.updateRevision);
  assert.deepEqual([first.spec.hostname, first.spec.subdomain], ['db-0', 'db']);
  world.serve(first);
  rest(world);
  assert.deepEqual(names(world), ['db-0', 'db-1']);
  world.serve(pod(world, 'db-0'), false);
  world.serve(pod(world, 'db-1'));
  rest(world);
  assert.deepEqual(names(world), ['db-0', 'db-1']);
  settled(world);
  assert.deepEqual(names(world), ['db-0', 'db-1', 'db-2']);
});

test('a pod that failed as soon as it was made stays for a moment, another goes at once', () => {
  const world = worldWith(statefulSet(1));
  rest(world);
  const made = pod(world, 'db-0');
  const failed = (secondsAgo: number): void => {
    const creationTimestamp = formatTime(world.now - secondsAgo * 1000);
    world.fail({ ...made, metadata: { ...made.metadata, creationTimestamp } });
  };
  failed(1);
  rest(world);
  assert.ok(!isTerminating(pod(world, 'db-0')));
  assert.equal(decideStatefulSet(world, key, world.now).again, world.now + 4000);
  failed(5);
  rest(world);
  assert.ok(isTerminating(pod(world, 'db-0')));
});

test('in parallel all come at once, and go at once', () => {
  const world = worldWith(statefulSet(3, { podManagementPolicy: 'Parallel' }));
  rest(world);
  assert.deepEqual(names(world), ['db-0', 'db-1', 'db-2']);
  change(world, { replicas: 1 });
  rest(world);
  assert.deepEqual(
    world.pods
      .filter(isTerminating)
      .map(({ metadata }) => metadata.name)
      .sort(),
    ['db-1', 'db-2'],
  );
});

test('ordinals may begin elsewhere', () => {
  const world = settled(worldWith(statefulSet(2, { ordinals: { start: 5 } })));
  assert.deepEqual(names(world), ['db-5', 'db-6']);
  change(world, { ordinals: { start: 6 } });
  assert.deepEqual(names(settled(world)), ['db-6', 'db-7']);
});

test('an update goes from the highest ordinal down to the partition', () => {
  const partition = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  const world = settled(worldWith(statefulSet(3, { updateStrategy: partition })));
  const before = current(world).status?.currentRevision;
  change(world, withImage('db:2'));
  rest(world);
  assert.deepEqual(
    world.pods.filter(isTerminating).map(({ metadata }) => metadata.name),
    ['db-2'],
  );
  settled(world);
  assert.deepEqual(images(world), ['db:1', 'db:2', 'db:2']);
  const { status } = current(world);
  assert.deepEqual([status?.currentRevision, status?.updatedReplicas], [before, 2]);
  assert.notEqual(status?.updateRevision, before);
  // One below the partition comes back as it was.
  world.gone(pod(world, 'db-0'));
  settled(world);
  assert.deepEqual(images(world), ['db:1', 'db:2', 'db:2']);
  change(world, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } });
  settled(world);
  assert.deepEqual(images(world), ['db:2', 'db:2', 'db:2']);
  assert.equal(current(world).status?.currentRevision, current(world).status?.updateRevision);
});

test('OnDelete renews what people delete', () => {
  const world = settled(worldWith(statefulSet(2, { updateStrategy: { type: 'OnDelete' } })));
  change(world, withImage('db:2'));
  settled(world);
  assert.deepEqual(images(world), ['db:1', 'db:1']);
  world.end(pod(world, 'db-0'));
  settled(world);
  assert.deepEqual(images(world), ['db:1', 'db:2']);
});

test('a broken update stops at its first pod, in order even when it is taken back', () => {
  const world = settled(worldWith(statefulSet(3)));
  change(world, withImage('db:broken'));
  rest(world);
  world.gone(pod(world, 'db-2'));
  rest(world);
  change(world, withImage('db:1'));
  rest(world);
  assert.deepEqual(images(world), ['db:1', 'db:1', 'db:broken']);
  assert.deepEqual(world.pods.filter(isTerminating), []);
  world.end(pod(world, 'db-2'));
  settled(world);
  assert.deepEqual(images(world), ['db:1', 'db:1', 'db:1']);
});

test('in parallel a broken pod is renewed', () => {
  const world = worldWith(
    statefulSet(3, { podManagementPolicy: 'Parallel', ...withImage('db:broken') }),
  );
  rest(world);
  change(world, withImage('db:2'));
  rest(world);
  assert.deepEqual(
    world.pods.filter(isTerminating).map(({ metadata }) => metadata.name),
    ['db-2'],
  );
  assert.deepEqual(images(settled(world)), ['db:2', 'db:2', 'db:2']);
});

test('a template that comes back takes its revision back', () => {
  const world = settled(worldWith(statefulSet(1)));
  const first = current(world).status?.updateRevision;
  change(world, withImage('db:2'));
  settled(world);
  change(world, withImage('db:1'));
  settled(world);
  const revisions = world.list(controllerRevisions);
  assert.equal(revisions.length, 2);
  assert.equal(current(world).status?.updateRevision, first);
  const again = revisions.find(({ metadata }) => metadata.name === first);
  assert.equal(again?.revision, 3);
  const held = again?.data as { spec: { template: { $patch: string } } };
  assert.equal(held.spec.template.$patch, 'replace');
});

test('history is kept up to its limit', () => {
  const world = settled(worldWith(statefulSet(1, { revisionHistoryLimit: 2 })));
  for (const version of [2, 3, 4, 5]) {
    change(world, withImage(`db:${version}`));
    settled(world);
  }
  assert.deepEqual(
    world
      .list(controllerRevisions)
      .map(({ revision }) => revision)
      .sort((a, b) => a - b),
    [3, 4, 5],
  );
});

test('a name taken by a stranger leads to another name', () => {
  const other = settled(worldWith(statefulSet(1)));
  const [own] = other.list(controllerRevisions);
  const world = worldWith(statefulSet(1));
  const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true };
  const metadata = { name: own!.metadata.name, namespace: 'default', ownerReferences: [owner] };
  world.put(controllerRevisions, { ...own!, metadata, data: {} });
  settled(world);
  assert.equal(current(world).status?.collisionCount, 1);
  assert.equal(world.list(controllerRevisions).length, 2);
});

test('a pod that failed is replaced when it has gone', () => {
  const world = settled(worldWith(statefulSet(2)));
  world.fail(pod(world, 'db-0'));
  rest(world);
  assert.ok(isTerminating(pod(world, 'db-0')));
  assert.ok(!isTerminating(pod(world, 'db-1')));
  world.gone(pod(world, 'db-0'));
  rest(world);
  assert.equal(pod(world, 'db-0').status?.phase, 'Pending');
});

test('pods that have failed do not hold up scaling down', () => {
  const world = settled(worldWith(statefulSet(4)));
  for (const name of ['db-1', 'db-3']) world.fail(pod(world, name));
  change(world, { replicas: 1 });
  rest(world);
  assert.ok(isTerminating(pod(world, 'db-3')));
  assert.ok(!isTerminating(pod(world, 'db-2')));
  assert.deepEqual(names(settled(world)), ['db-0']);
});

test('a pod of another name is let go, one of the right name is taken on', () => {
  const world = worldWith(statefulSet(1));
  const labels = { app: 'db' };
  const lone = (name: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'db', image: 'db:0' }] },
  });
  world.put(pods, lone('db-0'));
  world.put(pods, lone('db-00'));
  rest(world);
  assert.equal(pod(world, 'db-0').metadata.ownerReferences?.[0]?.uid, 's');
  assert.equal(pod(world, 'db-00').metadata.ownerReferences, undefined);
});

test('a pod counts as available when it has been ready for long enough', () => {
  const world = worldWith(statefulSet(2, { minReadySeconds: 30 }));
  rest(world);
  world.serve(pod(world, 'db-0'));
  rest(world);
  assert.deepEqual(names(world), ['db-0']);
  assert.equal(decideStatefulSet(world, key, world.now).again, world.now + 30_000);
  world.now += 30_000;
  rest(world);
  assert.deepEqual(names(world), ['db-0', 'db-1']);
});

const template: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

const claim = (world: PodWorld, name: string): PersistentVolumeClaim =>
  world.get(persistentVolumeClaims, 'default', name) as PersistentVolumeClaim;
const ownerOfClaim = (world: PodWorld, name: string): string | undefined =>
  claim(world, name)
    .metadata.ownerReferences?.map((owner) => `${owner.kind} ${owner.name}`)
    .join();

test('each pod has its claims, made before it', () => {
  const world = worldWith(statefulSet(2, { volumeClaimTemplates: [template] }));
  const made: string[] = [];
  world.watch = (action) => {
    if (action.type === 'create') made.push(action.object.metadata.name);
  };
  settled(world);
  assert.deepEqual(made.slice(1), ['data-db-0', 'db-0', 'data-db-1', 'db-1']);
  assert.deepEqual(pod(world, 'db-1').spec.volumes, [
    { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } },
  ]);
  assert.deepEqual(claim(world, 'data-db-1').metadata.labels, { app: 'db' });
  change(world, { replicas: 1 });
  settled(world);
  assert.equal(ownerOfClaim(world, 'data-db-1'), undefined);
});

test('claims belong to whom the retention policy says', () => {
  const cases: [
    whenDeleted: string,
    whenScaled: string,
    kept: string | undefined,
    scaled: string | undefined,
  ][] = [
    ['Retain', 'Retain', undefined, undefined],
    ['Delete', 'Retain', 'StatefulSet db', 'StatefulSet db'],
    ['Retain', 'Delete', undefined, 'Pod db-1'],
    ['Delete', 'Delete', 'StatefulSet db', 'Pod db-1'],
  ];
  for (const [whenDeleted, whenScaled, kept, scaled] of cases) {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted, whenScaled };
    const spec = { volumeClaimTemplates: [template], persistentVolumeClaimRetentionPolicy };
    const world = settled(worldWith(statefulSet(2, spec)));
    assert.equal(ownerOfClaim(world, 'data-db-1') || undefined, kept);
    change(world, { replicas: 1 });
    rest(world);
    assert.ok(isTerminating(pod(world, 'db-1')));
    assert.equal(ownerOfClaim(world, 'data-db-1') || undefined, scaled);
  }
});

test('a claim that goes with the pod before is not taken by the next', () => {
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Retain', whenScaled: 'Delete' };
  const spec = { volumeClaimTemplates: [template], persistentVolumeClaimRetentionPolicy };
  const world = settled(worldWith(statefulSet(2, spec)));
  change(world, { replicas: 1 });
  rest(world);
  world.gone(pod(world, 'db-1'));
  rest(world);
  change(world, { replicas: 2 });
  rest(world);
  assert.deepEqual(names(world), ['db-0']);
  world.remove(persistentVolumeClaims, 'default/data-db-1');
  settled(world);
  assert.deepEqual(names(world), ['db-0', 'db-1']);
  assert.equal(ownerOfClaim(world, 'data-db-1'), undefined);
});

const happening = fc.record({
  type: fc.constantFrom(
    ...(['scale', 'image', 'partition', 'start', 'serve', 'stumble', 'fail', 'kill'] as const),
    ...(['go', 'go', 'serve', 'serve'] as const),
  ),
  which: fc.nat(20),
  size: fc.integer({ min: 0, max: 5 }),
});

test('whatever happens: one pod for each ordinal, partition and bounds kept, and it arrives', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('OrderedReady', 'Parallel'),
      fc.constantFrom<number | string>(1, 2, '50%'),
      fc.array(happening, { maxLength: 40 }),
      (podManagementPolicy, maxUnavailable, happenings) => {
        const updateStrategy = {
          type: 'RollingUpdate',
          rollingUpdate: { partition: 0, maxUnavailable },
        };
        const world = worldWith(statefulSet(3, { podManagementPolicy, updateStrategy }));
        world.watch = (action) => check(world, action);
        for (const each of happenings) {
          happen(world, each);
          world.decideOnce(decideStatefulSet, key);
        }
        settled(world);
        assertArrived(world);
      },
    ),
    { numRuns: 150 },
  );
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function happen(world: PodWorld, { type, which, size }: Happening): void {
  const { spec } = current(world);
  const rolling = spec.updateStrategy?.rollingUpdate;
  if (type === 'scale') change(world, { replicas: size });
  if (type === 'image') change(world, withImage(`db:${size}`));
  if (type === 'start') change(world, { ordinals: { start: size } });
  if (type === 'partition') {
    const rollingUpdate = { ...rolling, partition: size };
    change(world, { updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  }
  const one = world.pods[which % (world.pods.length || 1)];
  if (one === undefined) return;
  if (type === 'go' && isTerminating(one)) world.gone(one);
  if (isTerminal(one)) return;
  if (type === 'serve') world.serve(one);
  if (type === 'stumble') world.serve(one, false);
  if (type === 'fail') world.fail(one);
  if (type === 'kill') world.end(one);
}

function check(world: PodWorld, action: Parameters<PodWorld['watch']>[0]): void {
  if (!('kind' in action) || action.kind.resource !== 'pods') return;
  const set = current(world);
  const inOrder = set.spec.podManagementPolicy === 'OrderedReady';
  const serves = (each: Pod): boolean => isServing(set, each, world.now);
  const placed = world.pods.filter((each) => isInRange(set, ordinalOf(each, set)));
  if (action.type === 'create' && inOrder) {
    const ordinal = ordinalIn(action.object.metadata.name, set) ?? -1;
    const before = placed.filter((each) => ordinalOf(each, set) < ordinal);
    assert.equal(before.length, ordinal - (set.spec.ordinals?.start ?? 0));
    assert.ok(before.every(serves), 'made before those before it serve');
  }
  if (action.type !== 'delete') return;
  const target = pod(world, action.name);
  if (isTerminal(target) || !placed.includes(target)) return;
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const place = ordinalOf(target, set) - (set.spec.ordinals?.start ?? 0);
  assert.ok(place >= partition, `${action.name} is below the partition`);
  const size = set.spec.replicas ?? 1;
  const share = typeof maxUnavailable === 'number' ? maxUnavailable : Math.floor(size / 2);
  const left = placed.filter((each) => each !== target && serves(each)).length;
  if (serves(target)) assert.ok(size - left <= Math.max(1, share), `${left} of ${size} serve`);
}

function ordinalOf({ metadata }: Pod, set: StatefulSet): number {
  return ordinalIn(metadata.name, set) ?? -1;
}

function assertArrived(world: PodWorld): void {
  const { spec, status } = current(world);
  const size = spec.replicas ?? 1;
  const start = spec.ordinals?.start ?? 0;
  const wanted = Array.from({ length: size }, (_, index) => `db-${start + index}`);
  assert.deepEqual(names(world), wanted.sort());
  const { partition = 0 } = spec.updateStrategy?.rollingUpdate ?? {};
  for (const each of world.pods) {
    const place = (ordinalIn(each.metadata.name, current(world)) ?? 0) - start;
    if (place >= partition) assert.equal(revisionOf(each), status?.updateRevision);
  }
  assert.equal(status?.replicas, size);
}
