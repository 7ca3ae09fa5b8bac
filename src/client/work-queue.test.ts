import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualTime } from '#store/testing/manual-time.ts';
import { Heap } from './heap.ts';
import { WorkQueue } from './work-queue.ts';

function queueWith(time = new ManualTime()): { queue: WorkQueue; time: ManualTime } {
  const queue = new WorkQueue({ clock: time, timers: time, ready: () => undefined });
  return { queue, time };
}

test('a key waits once, and not while it runs', () => {
  const { queue } = queueWith();
  queue.add('a');
  queue.add('a');
  assert.equal(queue.take(), 'a');
  queue.add('a');
  assert.equal(queue.take(), undefined);
  queue.done('a');
  assert.equal(queue.take(), 'a');
  queue.done('a');
  assert.equal(queue.take(), undefined);
});

test('of several delays the earliest counts', () => {
  const { queue, time } = queueWith();
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 200);
  time.advance(49);
  assert.equal(queue.take(), undefined);
  time.advance(1);
  assert.equal(queue.take(), 'a');
  queue.done('a');
  time.advance(1000);
  assert.equal(queue.take(), undefined, 'the later times were replaced, not added');
  assert.equal(time.pending, 0);
});

test('failures in a row wait longer, a success forgets them', () => {
  const { queue, time } = queueWith();
  const delays = [1, 2, 3].map(() => queue.retry('a'));
  assert.deepEqual(delays, [10, 20, 40]);
  assert.equal(queue.idle, false);
  queue.forget('a');
  assert.equal(queue.retry('a'), 10);
  assert.equal(queue.retry('b', 5000), 5000, 'the server asked for more');
  time.advance(5000);
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    queue.forget(key);
    queue.done(key);
  }
  assert.equal(queue.idle, true);
});

test('no key is lost and none runs twice at once', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const operation = fc.oneof(
    fc.record({ type: fc.constant('add' as const), key }),
    fc.record({ type: fc.constant('later' as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ type: fc.constant('take' as const) }),
    fc.record({ type: fc.constant('done' as const), key }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const { queue, time } = queueWith();
      const owed = new Set<string>();
      const running = new Set<string>();
      const take = (): boolean => {
        const taken = queue.take();
        if (taken === undefined) return false;
        assert.ok(!running.has(taken));
        running.add(taken);
        owed.delete(taken);
        return true;
      };
      const done = (name: string): void => {
        if (running.delete(name)) queue.done(name);
      };
      for (const each of operations) {
        if (each.type === 'add') queue.add(each.key);
        if (each.type === 'later') queue.addAfter(each.key, each.ms);
        if (each.type === 'add' || each.type === 'later') owed.add(each.key);
        if (each.type === 'take') take();
        if (each.type === 'done') done(each.key);
        if (each.type === 'wait') time.advance(each.ms);
      }
      for (const name of [...running]) done(name);
      time.advance(100);
      while (take()) for (const name of [...running]) done(name);
      assert.deepEqual([...owed], []);
    }),
  );
});

test('a heap sorts', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const each of numbers) heap.push(each);
      const out = numbers.map(() => heap.pop());
      assert.deepEqual(
        out,
        [...numbers].sort((a, b) => a - b),
      );
    }),
  );
});
