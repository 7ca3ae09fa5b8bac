import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '#api/types.ts';
import { chooseImages } from '../choose-images.ts';
import { choosePod, evictionMessage, refusedUnder } from './choose-pod.ts';
import { type Amounts, nothingObserved, observe, type PressureMemory } from './observe.ts';
import { nodeSettings, type Signal } from '../node-settings.ts';

const minute = 60_000;
const mebi = 2 ** 20;

describe('settings', () => {
  const wrong: [object, RegExp][] = [
    [{ maxPods: '20' }, /maxPods must be a whole number/],
    [{ evictionhard: {} }, /There is no node setting "evictionhard"/],
    [{ evictionHard: { memory: '1Gi' } }, /evictionHard knows no signal "memory"/],
    [{ evictionHard: { 'memory.available': '1 GB' } }, /evictionHard.memory.available must be/],
    [{ evictionHard: { 'nodefs.available': '101%' } }, /must be an amount/],
    [{ evictionSoft: { 'memory.available': '1Gi' } }, /needs an evictionSoftGracePeriod/],
    [{ evictionPressureTransitionPeriod: '5' }, /must be a time such as/],
    [{ imageGCHighThresholdPercent: 70 }, /must be below/],
  ];
  for (const [given, words] of wrong) {
    it(`${JSON.stringify(given)} is refused`, () =>
      assert.throws(() => nodeSettings(given as Record<string, unknown>), words));
  }
  it('keeps the defaults of what is not given', () => {
    const settings = nodeSettings({ evictionHard: { 'nodefs.available': '1Gi' } });
    assert.deepEqual(settings.hard.get('nodefs.available'), { amount: 2 ** 30 });
    assert.deepEqual(settings.hard.get('memory.available'), { amount: 100 * mebi });
    assert.equal(settings.transitionMs, 5 * minute);
    assert.equal(settings.imageHighPart, 0.85);
  });
});

describe('observing', () => {
  const settings = nodeSettings({
    evictionSoft: { 'memory.available': '500Mi' },
    evictionSoftGracePeriod: { 'memory.available': '1m30s' },
    evictionMinimumReclaim: { 'imagefs.available': '5%' },
  });
  const amounts = (memory: number, disk = 0.5): Amounts =>
    new Map<Signal, { available: number; capacity: number }>([
      ['memory.available', { available: memory * mebi, capacity: 8000 * mebi }],
      ['imagefs.available', { available: disk * 1e12, capacity: 1e12 }],
    ]);
  /** What each look, a minute after the one before, shows. */
  const looks = (...seen: Amounts[]) => {
    let memory: PressureMemory = nothingObserved;
    return seen.map((found, index) => {
      const look = observe(found, settings, memory, index * minute);
      memory = look.memory;
      const starved = look.starved.map(({ signal, hard }) => `${hard ? 'hard' : 'soft'} ${signal}`);
      return [...look.conditions, ...starved].join(', ');
    });
  };
  it('a hard threshold is met at once, the condition stays for five minutes', () => {
    const enough = amounts(4000);
    assert.deepEqual(looks(enough, amounts(99), enough, enough, enough, enough, enough), [
      '',
      'MemoryPressure, hard memory.available',
      'MemoryPressure',
      'MemoryPressure',
      'MemoryPressure',
      'MemoryPressure',
      '',
    ]);
  });
  it('a soft one only after its grace period without a gap', () => {
    const low = amounts(400);
    assert.deepEqual(looks(low, amounts(4000), low, low, low), [
      'MemoryPressure',
      'MemoryPressure',
      'MemoryPressure',
      'MemoryPressure',
      'MemoryPressure, soft memory.available',
    ]);
  });
  it('what was short is freed with something to spare', () => {
    assert.deepEqual(looks(amounts(4000, 0.17), amounts(4000, 0.14), amounts(4000, 0.17)), [
      '',
      'DiskPressure, hard imagefs.available',
      'DiskPressure, hard imagefs.available',
    ]);
  });
  it('is close before it is met', () => {
    const isClose = (memory: number) =>
      observe(amounts(memory), settings, nothingObserved, 0).isClose;
    assert.deepEqual([isClose(700), isClose(800)], [true, false]);
  });
});

const pod = (name: string, request?: string, priority = 0): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    priority,
    containers: [
      { name: 'main', ...(request && { resources: { requests: { memory: request } } }) },
    ],
  },
});
const using = (of: Pod, mebibytes: number, diskBytes = 0) => ({
  pod: of,
  usage: {
    memoryBytes: mebibytes * mebi,
    diskBytes,
    containers: new Map([['main', { memoryBytes: mebibytes * mebi, diskBytes }]]),
  },
});
const starved = {
  signal: 'memory.available',
  hard: true,
  threshold: 100 * mebi,
  available: 50 * mebi,
} as const;

describe('the pod that goes', () => {
  const cases: [string, ReturnType<typeof using>[], string | undefined][] = [
    ['is the one above its request', [using(pod('a', '1Gi'), 900), using(pod('b'), 10)], 'b'],
    [
      'then of lower priority',
      [using(pod('a', undefined, 10), 900), using(pod('b', undefined, 5), 10)],
      'b',
    ],
    ['then the furthest above', [using(pod('a', '100Mi'), 300), using(pod('b'), 250)], 'b'],
    [
      'is none that the node depends on',
      [using(pod('a', undefined, 2_000_000_000), 900)],
      undefined,
    ],
  ];
  for (const [title, candidates, wanted] of cases) {
    it(title, () => assert.equal(choosePod(candidates, starved)?.pod.metadata.name, wanted));
  }
  it('is told in the kubelet’s words', () =>
    assert.equal(
      evictionMessage(using(pod('a', '100Mi'), 300), starved),
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container main was using 307200Ki, request is 100Mi, has larger consumption of memory. ',
    ));
  it('names what each container wrote, init containers among them, when the disk is short', () => {
    const full = { ...starved, signal: 'nodefs.available' } as const;
    const large = using(pod('a'), 0, 200 * mebi);
    const first = { name: 'first', resources: { requests: { 'ephemeral-storage': '1Mi' } } };
    const modest = { name: 'modest', resources: { requests: { 'ephemeral-storage': '9Mi' } } };
    large.pod.spec = { containers: [{ name: 'main' }, modest], initContainers: [first] };
    for (const { name } of [first, modest])
      large.usage.containers.set(name, { memoryBytes: 0, diskBytes: 2 * mebi });
    assert.equal(
      evictionMessage(large, full),
      'The node was low on resource: ephemeral-storage. Threshold quantity: 100Mi, available: 51200Ki. ' +
        'Container main was using 204800Ki, request is 0, has larger consumption of ephemeral-storage. ' +
        'Container first was using 2048Ki, request is 1Mi, has larger consumption of ephemeral-storage. ',
    );
  });
  it('names a pod that asks for memory as a whole', () => {
    const whole = using(pod('a'), 300);
    whole.pod.spec = { containers: [], resources: { requests: { memory: '200Mi' } } };
    assert.match(
      evictionMessage(whole, starved),
      /Pod a was using 307200Ki, request is 200Mi, has larger consumption of memory\. $/,
    );
  });
  it('names nobody for want of processes', () =>
    assert.equal(
      evictionMessage(using(pod('a'), 300), {
        ...starved,
        signal: 'pid.available',
        threshold: 10,
        available: 5,
      }),
      'The node was low on resource: pids. Threshold quantity: 10, available: 5. ',
    ));
});

describe('a pod that comes under pressure', () => {
  const memory = new Set(['MemoryPressure'] as const);
  it('is taken when it asked for memory, or tolerates', () => {
    assert.equal(refusedUnder(memory, pod('a', '1Mi')), undefined);
    assert.equal(refusedUnder(memory, pod('a')), 'The node had condition: [MemoryPressure]. ');
    const tolerant = pod('a');
    if (tolerant.spec) {
      tolerant.spec.tolerations = [
        { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
      ];
    }
    assert.equal(refusedUnder(memory, tolerant), undefined);
  });
  it('is not taken when the disk is full', () => {
    const disk = new Set(['DiskPressure'] as const);
    assert.match(refusedUnder(disk, pod('a', '1Mi')) ?? '', /DiskPressure/);
    assert.equal(refusedUnder(disk, pod('a', undefined, 2_000_000_000)), undefined);
  });
});

describe('images that go', () => {
  const image = (id: string, more: object = {}) => ({
    id,
    sizeBytes: 100,
    lastUsedMs: 0,
    firstSeenMs: 0,
    inUse: false,
    kept: false,
    ...more,
  });
  const chosen = (bytes: number, ...images: ReturnType<typeof image>[]) =>
    chooseImages(images, bytes, minute, 10 * minute).map(({ id }) => id);
  it('are the longest unused, as many as are needed', () => {
    const images = [
      image('a', { lastUsedMs: 5 }),
      image('b', { lastUsedMs: 1 }),
      image('c', { lastUsedMs: 9 }),
    ];
    assert.deepEqual(chosen(150, ...images), ['b', 'a']);
  });
  it('are not in use, not kept, not new', () =>
    assert.deepEqual(
      chosen(
        Number.POSITIVE_INFINITY,
        image('a', { inUse: true }),
        image('b', { kept: true }),
        image('c', { firstSeenMs: 9.5 * minute }),
        image('d'),
      ),
      ['d'],
    ));
});
