import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Expired, Expiry } from './expiry.ts';
import { ManualTime } from './testing/manual-time.ts';

test('every key goes at its last deadline, no key before, none twice', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ set: fc.constantFrom('a', 'b', 'c', 'd'), afterMs: fc.nat(100) }),
      fc.record({ clear: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ advance: fc.nat(60) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const time = new ManualTime();
      const model = new Map<string, { revision: number; deadline: number }>();
      const expire = (keys: readonly Expired[]): void => {
        for (const { key, revision } of keys) {
          assert.equal(model.get(key)?.revision, revision);
          assert.ok((model.get(key)?.deadline ?? Number.POSITIVE_INFINITY) <= time.now());
          model.delete(key);
        }
      };
      const expiry = new Expiry(time, time, expire);
      let revision = 1;
      for (const step of list) {
        if ('set' in step) {
          const deadline = time.now() + step.afterMs;
          expiry.set(step.set, ++revision, deadline);
          model.set(step.set, { revision, deadline });
        } else if ('clear' in step) {
          expiry.clear(step.clear);
          model.delete(step.clear);
        } else {
          time.advance(step.advance);
          for (const { deadline } of model.values()) assert.ok(deadline > time.now());
        }
        assert.equal(expiry.size, model.size);
        assert.ok(time.pending <= 1);
      }
      time.advance(1000);
      assert.equal(model.size, 0);
      assert.equal(time.pending, 0);
    }),
  );
});

test('a key that is renewed all the time does not pile up', () => {
  const time = new ManualTime();
  let gone = 0;
  const expiry = new Expiry(time, time, (keys) => void (gone += keys.length));
  for (let round = 0; round < 10_000; round++) {
    expiry.set('a', round, time.now() + 50);
    expiry.set('b', round, time.now() + (round % 2 === 0 ? 40 : 60));
    time.advance(1);
  }
  assert.equal(gone, 0);
  time.advance(100);
  assert.equal(gone, 2);
});

test('a wave of keys is taken in portions', () => {
  const time = new ManualTime();
  const portions: number[] = [];
  const expiry = new Expiry(time, time, (keys) => void portions.push(keys.length));
  for (let key = 0; key < 1200; key++) expiry.set(`k${key}`, 1, time.now() + 10);
  time.advance(10);
  assert.deepEqual(portions, [500, 500, 200]);
});
