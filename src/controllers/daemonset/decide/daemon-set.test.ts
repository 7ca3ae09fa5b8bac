import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { controllerRevisions, daemonSets, nodes, pods } from '#api/kinds/index.ts';
import type { DaemonSet, DaemonSetSpec, Node, Pod, Taint } from '#api/types.ts';
import { ownerIndexes } from '../../decide/owners.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';
import { PodWorld } from '../../testing/pod-world.ts';
import { boundsOf, isAvailable } from './bounds.ts';
import { failuresAnnotation, targetOf } from './daemon-pod.ts';
import { decideDaemonSet } from './daemon-set.ts';
import { fitOf } from './placement.ts';

const key = 'default/log';

function daemonSet(spec: Partial<DaemonSetSpec> = {}): DaemonSet {
  const labels = { app: 'log' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'log', namespace: 'default', uid: 'd', generation: 1 },
    spec: {
      selector: { matchLabels: labels },
      template: templateWith('log:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  };
}

function templateWith(image: string, spec: object = {}): DaemonSetSpec['template'] {
  const containers = [{ name: 'log', image }];
  return { metadata: { labels: { app: 'log' } }, spec: { containers, ...spec } };
}

function node(name: string, taints: Taint[] = [], labels: Record<string, string> = {}): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
}

function worldWith(object: DaemonSet, ...there: readonly Node[]): PodWorld {
  const world = new PodWorld([
    { kind: daemonSets },
    { kind: pods, indexes: ownerIndexes },
    { kind: controllerRevisions, indexes: ownerIndexes },
    { kind: nodes },
  ]);
  world.put(daemonSets, object);
  for (const each of there) world.put(nodes, each);
  return world;
}

const current = (world: PodWorld): DaemonSet =>
  world.get(daemonSets, 'default', 'log') as DaemonSet;
const rest = (world: PodWorld): void => world.rest(decideDaemonSet, key);
const targets = (world: PodWorld): string[] =>
  world.pods
    .filter((pod) => !isTerminating(pod))
    .map((pod) => targetOf(pod) ?? '')
    .sort();
const images = (world: PodWorld): string[] =>
  world.pods.map(({ spec }) => spec.containers[0]?.image ?? '').sort();

function change(world: PodWorld, spec: Partial<DaemonSetSpec>): void {
  const found = current(world);
  world.put(daemonSets, { ...found, spec: { ...found.spec, ...spec } });
}

function settled(world: PodWorld): PodWorld {
  for (let turn = 0; turn < 40; turn++) {
    rest(world);
    world.turn();
    world.now += 1000;
  }
  rest(world);
  return world;
}

const three = [node('a'), node('b'), node('c')];

test('one pod for each node, also for one that comes later', () => {
  const world = worldWith(daemonSet(), ...three);
  rest(world);
  assert.deepEqual(targets(world), ['a', 'b', 'c']);
  const [pod] = world.pods;
  assert.deepEqual(pod?.spec.affinity?.nodeAffinity, {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] },
      ],
    },
  });
  assert.deepEqual(
    pod?.spec.tolerations?.map(({ key: taint, effect }) => `${taint} ${effect}`),
    [
      'node.kubernetes.io/not-ready NoExecute',
      'node.kubernetes.io/unreachable NoExecute',
      'node.kubernetes.io/disk-pressure NoSchedule',
      'node.kubernetes.io/memory-pressure NoSchedule',
      'node.kubernetes.io/pid-pressure NoSchedule',
      'node.kubernetes.io/unschedulable NoSchedule',
    ],
  );
  world.put(nodes, node('d'));
  world.remove(nodes, 'a');
  settled(world);
  assert.deepEqual(targets(world), ['b', 'c', 'd']);
  const { observedGeneration, ...numbers } = current(world).status ?? {};
  assert.deepEqual(numbers, {
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    desiredNumberScheduled: 3,
    numberReady: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
    numberUnavailable: undefined,
    collisionCount: undefined,
  });
});

const noSchedule: Taint = { key: 'x', effect: 'NoSchedule' };
const noExecute: Taint = { key: 'x', effect: 'NoExecute' };
const cases: [string, object, Node, boolean, boolean][] = [
  ['any', {}, node('a'), true, true],
  ['a labelled one', { nodeSelector: { disk: 'ssd' } }, node('a'), false, false],
  [
    'one with the label',
    { nodeSelector: { disk: 'ssd' } },
    node('a', [], { disk: 'ssd' }),
    true,
    true,
  ],
  ['a named one', { nodeName: 'b' }, node('a'), false, false],
  ['one that takes no new pods', {}, node('a', [noSchedule]), false, true],
  ['one that takes no pods', {}, node('a', [noExecute]), false, false],
  [
    'one whose taint is tolerated',
    { tolerations: [{ key: 'x', operator: 'Exists' }] },
    node('a', [noExecute, noSchedule]),
    true,
    true,
  ],
  [
    'one that is cordoned',
    {},
    node('a', [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }]),
    true,
    true,
  ],
  [
    'one without network',
    {},
    node('a', [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }]),
    false,
    true,
  ],
];

for (const [what, spec, object, shouldRun, mayStay] of cases) {
  test(`a node: ${what}`, () => {
    const set = daemonSet({ template: templateWith('log:1', spec) });
    assert.deepEqual(fitOf(set, object), { shouldRun, mayStay });
  });
}

test('pods leave a node that is no longer meant, and stay on one that only takes no new ones', () => {
  const world = settled(worldWith(daemonSet(), ...three));
  world.put(nodes, node('a', [noExecute]));
  world.put(nodes, node('b', [noSchedule]));
  settled(world);
  assert.deepEqual(targets(world), ['b', 'c']);
  const { desiredNumberScheduled, numberMisscheduled } = current(world).status ?? {};
  assert.deepEqual([desiredNumberScheduled, numberMisscheduled], [1, 1]);
});

test('of several pods on a node one stays', () => {
  const world = settled(worldWith(daemonSet(), node('a')));
  const [pod] = world.pods;
  world.put(pods, { ...pod!, metadata: { ...pod!.metadata, name: 'twin', uid: 'twin' } });
  settled(world);
  assert.equal(world.pods.length, 1);
});

test('OnDelete renews what people delete', () => {
  const world = settled(worldWith(daemonSet({ updateStrategy: { type: 'OnDelete' } }), ...three));
  change(world, { template: templateWith('log:2') });
  settled(world);
  assert.deepEqual(images(world), ['log:1', 'log:1', 'log:1']);
  world.end(world.pods[0]!);
  settled(world);
  assert.deepEqual(images(world), ['log:1', 'log:1', 'log:2']);
});

test('an update takes one node after the other', () => {
  const world = settled(worldWith(daemonSet(), ...three));
  change(world, { template: templateWith('log:broken') });
  for (let turn = 0; turn < 5; turn++) {
    rest(world);
    for (const pod of world.pods.filter(isTerminating)) world.gone(pod);
  }
  assert.deepEqual(images(world), ['log:1', 'log:1', 'log:broken']);
  change(world, { template: templateWith('log:1') });
  assert.deepEqual(images(settled(world)), ['log:1', 'log:1', 'log:1']);
  assert.equal(world.list(controllerRevisions).length, 2);
});

test('with a surge the new pod comes before the old one goes', () => {
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
  const world = settled(worldWith(daemonSet({ updateStrategy }), ...three));
  change(world, { template: templateWith('log:2') });
  rest(world);
  assert.deepEqual(images(world), ['log:1', 'log:1', 'log:1', 'log:2']);
  assert.equal(world.pods.filter(isTerminating).length, 0);
  assert.deepEqual(images(settled(world)), ['log:2', 'log:2', 'log:2']);
});

test('a pod that fails again and again waits longer each time', () => {
  const world = worldWith(daemonSet(), node('a'));
  const waits: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    rest(world);
    const [pod] = world.pods.filter((each) => !isTerminating(each));
    assert.ok(pod);
    const creationTimestamp = new Date(world.now).toISOString();
    world.fail({ ...pod, metadata: { ...pod.metadata, creationTimestamp } });
    const { again } = decideDaemonSet(world, key, world.now);
    waits.push(again === undefined ? 0 : again - world.now);
    world.now = again ?? world.now;
    rest(world);
    for (const each of world.pods.filter(isTerminating)) world.gone(each);
  }
  assert.deepEqual(waits, [0, 1000, 2000, 4000, 8000]);
  assert.equal(world.pods[0]?.metadata.annotations?.[failuresAnnotation], '5');
  assert.match(
    world.events[0] ?? '',
    /^FailedDaemonPod: Found failed daemon pod default\/log-\w+ on node a, will try to kill it$/,
  );
});

const happening = fc.record({
  type: fc.constantFrom(
    'image',
    'taint',
    'node',
    'lose',
    'serve',
    'serve',
    'stumble',
    'fail',
    'kill',
    'go',
    'go',
  ),
  which: fc.nat(20),
  size: fc.integer({ min: 0, max: 4 }),
});

const strategies = [
  { maxUnavailable: 1, maxSurge: 0 },
  { maxUnavailable: '50%', maxSurge: 0 },
  { maxUnavailable: 0, maxSurge: 1 },
  { maxUnavailable: 0, maxSurge: '100%' },
];

test('whatever happens: bounds kept, and one pod of the newest on each node that is meant', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...strategies),
      fc.array(happening, { maxLength: 40 }),
      (rollingUpdate, happenings) => {
        const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
        const world = worldWith(daemonSet({ updateStrategy }), ...three, node('d'));
        settled(world);
        world.watch = (action) => check(world, action);
        for (const each of happenings) {
          happen(world, each);
          world.decideOnce(decideDaemonSet, key);
        }
        for (const each of world.pods.filter(isTerminal)) world.gone(each);
        settled(world);
        assertArrived(world);
      },
    ),
    { numRuns: 150 },
  );
});

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function happen(world: PodWorld, { type, which, size }: Happening): void {
  const name = 'abcde'[size] ?? 'a';
  if (type === 'image') change(world, { template: templateWith(`log:${size}`) });
  if (type === 'taint') world.put(nodes, node(name, which % 2 === 0 ? [noExecute] : []));
  if (type === 'node') world.put(nodes, node(name));
  if (type === 'lose') world.remove(nodes, name);
  const one = world.pods[which % (world.pods.length || 1)];
  if (one === undefined) return;
  if (type === 'go' && isTerminating(one)) world.gone(one);
  if (isTerminal(one)) return;
  if (type === 'serve') world.serve(one);
  if (type === 'stumble') world.serve(one, false);
  if (type === 'fail') world.fail(one);
  if (type === 'kill') world.end(one);
}

/** Taking a pod that serves must leave enough nodes with one; making one must not make too many. */
function check(world: PodWorld, action: Parameters<PodWorld['watch']>[0]): void {
  if (!('kind' in action) || action.kind.resource !== 'pods') return;
  const set = current(world);
  const wanted = world.list(nodes).filter((each) => fitOf(set, each).shouldRun);
  const { maxSurge, maxUnavailable } = boundsOf(set, wanted.length);
  const living = (name: string): Pod[] =>
    world.pods.filter((pod) => targetOf(pod) === name && !isTerminating(pod) && !isTerminal(pod));
  const serves = (pod: Pod): boolean => isAvailable(set, pod, world.now);
  if (action.type === 'create') {
    // Where nobody serves, a second pod doubles nothing.
    if (!living(targetOf(action.object as Pod) ?? '').some(serves)) return;
    const doubled = wanted.filter(({ metadata }) => {
      return living(metadata.name).length > 1 && living(metadata.name).some(serves);
    });
    assert.ok(doubled.length < Math.max(1, maxSurge), 'too many at once');
  }
  if (action.type !== 'delete' || maxSurge > 0) return;
  const target = world.get(pods, 'default', action.name) as Pod;
  const place = wanted.find(({ metadata }) => metadata.name === targetOf(target));
  if (place === undefined || !serves(target)) return;
  if (living(place.metadata.name).length > 1) return;
  const without = wanted.filter(
    ({ metadata }) => !living(metadata.name).some((pod) => pod !== target && serves(pod)),
  );
  assert.ok(without.length <= maxUnavailable, `${without.length} nodes without`);
}

function assertArrived(world: PodWorld): void {
  const set = current(world);
  const wanted = world.list(nodes).filter((each) => fitOf(set, each).shouldRun);
  assert.deepEqual(targets(world), wanted.map(({ metadata }) => metadata.name).sort());
  const image = set.spec.template.spec.containers[0]?.image ?? '';
  assert.deepEqual(new Set(images(world)), new Set(wanted.length > 0 ? [image] : []));
  assert.equal(set.status?.numberReady, wanted.length);
}
