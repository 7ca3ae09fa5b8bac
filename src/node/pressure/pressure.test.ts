import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import { nodeSettings, type Signal } from '../decide/node-settings.ts';
import type { ImageCollector } from '../images/image-collector.ts';
import { Pressure } from './pressure.ts';

const gibi = 2 ** 30;
const podOf = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'd', name, uid: name },
  spec: { containers: [] },
  status: { phase: 'Running' },
});

test('the disk of a pod that went comes back a little later: no other goes meanwhile', async () => {
  const time = new ManualTime();
  const evicted: string[] = [];
  let available = gibi;
  let ended = 0;
  const pods = ['a', 'b'].map((name) => ({
    pod: podOf(name),
    isLeaving: false,
    evict: () => void evicted.push(name),
  }));
  const pressure = new Pressure({
    settings: nodeSettings({ evictionHard: { 'nodefs.available': '2Gi' } }),
    clock: time,
    timers: time,
    logger: silentLogger,
    amounts: async () =>
      new Map([['nodefs.available' as Signal, { available, capacity: 10 * gibi }]]),
    pods: () => pods.filter(({ pod }) => !evicted.includes(pod.metadata.name ?? '')),
    usageOf: async () => ({ memoryBytes: 0, diskBytes: 0, containers: new Map() }),
    images: { look: async () => undefined, collect: async () => 0 } as unknown as ImageCollector,
    removeEnded: async () => {
      const removed = ended;
      ended = 0;
      return removed;
    },
    tell: () => undefined,
    changed: () => undefined,
  });
  const look = async (): Promise<void> => {
    await pressure.look();
    await new Promise(setImmediate);
  };
  await look();
  assert.deepEqual(evicted, ['a']);
  // Its container has ended and is removed now; the disk does not show it yet.
  ended = 1;
  await look();
  assert.deepEqual(evicted, ['a']);
  available = 3 * gibi;
  await look();
  assert.deepEqual(evicted, ['a']);
  available = gibi;
  await look();
  assert.deepEqual(evicted, ['a', 'b']);
  pressure.stop();
});

test('a disk that images alone do not free is told of, every five minutes', async () => {
  const time = new ManualTime();
  const told: string[] = [];
  const capacity = 20 * gibi;
  let used = 18 * gibi;
  let looks = 0;
  const pressure = new Pressure({
    settings: nodeSettings({ evictionHard: { 'imagefs.available': '0%' } }),
    clock: time,
    timers: time,
    logger: silentLogger,
    amounts: async () =>
      new Map([['imagefs.available' as Signal, { available: capacity - used, capacity }]]),
    pods: () => [],
    usageOf: async () => ({ memoryBytes: 0, diskBytes: 0, containers: new Map() }),
    images: {
      look: async () => void (looks += 1),
      collect: async () => 1000,
    } as unknown as ImageCollector,
    removeEnded: async () => 0,
    tell: (reason, message) => void told.push(`${reason}: ${message}`),
    changed: () => undefined,
  });
  const look = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round += 1) {
      await pressure.look();
      await new Promise(setImmediate);
      time.advance(10_000);
    }
  };
  await look(30);
  const message =
    "FreeDiskSpaceFailed: Insufficient free disk space on the node's image filesystem (90% of 20.0 GiB used). " +
    'Failed to free sufficient space by deleting unused images (freed 1000 bytes). ' +
    'Investigate disk usage, as it could be used by active images, logs, volumes, or other data.';
  assert.deepEqual(told, [message]);
  await look(1);
  assert.deepEqual(told, [message, message]);
  used = 10 * gibi;
  await look(1);
  used = 18 * gibi;
  await look(1);
  assert.equal(told.length, 3);
  assert.equal(looks, 33);
  pressure.stop();
});
