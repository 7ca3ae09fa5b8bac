import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from './slots.ts';

/** Work that lasts until it is told to end. */
function work(slots: Slots, name: string, begun: string[]) {
  const end = Promise.withResolvers<void>();
  const done = slots.run(() => {
    begun.push(name);
    return end.promise;
  });
  return {
    end: async () => {
      end.resolve();
      await done;
    },
    fail: async () => {
      end.reject(new Error(name));
      await assert.rejects(done, { message: name });
    },
  };
}

test('as many as there are places, first come first served; one that fails frees its place', async () => {
  const begun: string[] = [];
  const slots = new Slots(2);
  const [a, b] = ['a', 'b', 'c', 'd'].map((name) => work(slots, name, begun));
  await Promise.resolve();
  assert.deepEqual(begun, ['a', 'b']);
  await b?.end();
  assert.deepEqual(begun, ['a', 'b', 'c']);
  await a?.fail();
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
});

test('what goes before takes places of what comes behind, and never waits for it', async () => {
  const begun: string[] = [];
  const starts = new Slots(2);
  const sandboxes = new Slots(2, starts);
  const [a] = ['a', 'b', 'c'].map((name) => work(sandboxes, name, begun));
  const [first, second] = ['first', 'second', 'third'].map((name) => work(starts, name, begun));
  await Promise.resolve();
  assert.deepEqual(begun, ['a', 'b', 'first', 'second']);
  await a?.end();
  assert.deepEqual(begun, ['a', 'b', 'first', 'second'], 'b and two starts leave no place');
  await first?.end();
  assert.deepEqual(begun, ['a', 'b', 'first', 'second', 'third']);
  await second?.end();
  assert.deepEqual(begun, ['a', 'b', 'first', 'second', 'third'], 'b and a start leave no place');
});

test('idle is when nothing is under way, here and before', async () => {
  const first = new Slots(2);
  const second = new Slots(2, first);
  await second.whenIdle();
  const begun: string[] = [];
  const [a, b] = [work(first, 'a', begun), work(second, 'b', begun)];
  const c = work(second, 'c', begun);
  let idle = false;
  const whenIdle = second.whenIdle().then(() => (idle = true));
  await a.end();
  await b.end();
  assert.deepEqual([begun, idle], [['a', 'b', 'c'], false]);
  await c.end();
  await whenIdle;
});
