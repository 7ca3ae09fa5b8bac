import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '#base/log.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { Images } from '../runtime/runtime.ts';
import { ImageCollector } from './image-collector.ts';

const minute = 60_000;
const all = Number.POSITIVE_INFINITY;

function collecting(...there: string[]) {
  const time = new ManualTime();
  const present = new Set(there);
  const used = new Set<string>();
  const asked = { lists: 0 };
  const images = {
    list: async () => {
      asked.lists += 1;
      return [...present].map((id) => ({ id, tags: [`r/${id}:1`], digests: [], sizeBytes: 100 }));
    },
    remove: async (id: string) => void present.delete(id),
  } as unknown as Images;
  const mirror = {
    podUids: () => new Set(['u']),
    containersOf: () => [...used].map((id) => ({ image: `r/${id}:1`, imageRef: '' })),
  } as unknown as RuntimeMirror;
  const collector = new ImageCollector({
    images,
    mirror,
    clock: time,
    logger: silentLogger,
    minimumAgeMs: 2 * minute,
    kept: async () => new Set(['r/kept:1']),
  });
  return { collector, time, present, used, asked };
}

describe('images that nothing uses', () => {
  it('go at once when they were there before the node began', async () => {
    const { collector, present, used } = collecting('old', 'busy', 'kept');
    used.add('busy');
    await collector.look();
    assert.equal(await collector.collect(all), 100);
    assert.deepEqual([...present], ['busy', 'kept']);
  });

  it('stay for a while when they came later', async () => {
    const { collector, time, present } = collecting();
    await collector.look();
    present.add('new');
    assert.equal(await collector.collect(all), 0);
    time.advance(2 * minute);
    assert.equal(await collector.collect(all), 100);
  });

  it('go in the order of their last use, which is known though nothing was short before', async () => {
    const { collector, time, present, used } = collecting('first', 'second');
    for (const id of ['second', 'first', 'second']) {
      used.add(id);
      await collector.look();
      used.clear();
      time.advance(5 * minute);
    }
    await collector.collect(50);
    assert.deepEqual([...present], ['second']);
  });

  it('are listed every five minutes, however often somebody looks', async () => {
    const { collector, time, asked } = collecting('a');
    for (let look = 0; look < 90; look += 1) {
      await collector.look();
      time.advance(10_000);
    }
    assert.equal(asked.lists, 3);
  });
});
