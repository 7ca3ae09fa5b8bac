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
    images: { collect: async () => 0 } as unknown as ImageCollector,
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
