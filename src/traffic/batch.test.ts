import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualTime } from '#store/testing/manual-time.ts';
import { Batch } from './batch.ts';

interface Call {
  readonly keys: string[];
  readonly end: (error?: Error) => void;
}

/** A batch whose hand-overs end when the test says so. */
function openBatch() {
  const time = new ManualTime();
  const calls: Call[] = [];
  const failures: unknown[] = [];
  const batch = new Batch({
    clock: time,
    timers: time,
    gatherMs: 5,
    apply: (keys) =>
      new Promise((resolve, reject) => {
        calls.push({ keys: [...keys], end: (error) => (error ? reject(error) : resolve()) });
      }),
    failed: (error) => failures.push(error),
  });
  return { batch, time, calls, failures };
}

/** Whether it has settled by now. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await rest();
  return settled;
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test('what changes together is handed over together', () => {
  const { batch, time, calls } = openBatch();
  for (const key of ['a', 'b', 'a']) batch.add(key);
  assert.equal(calls.length, 0);
  time.advance(5);
  assert.deepEqual(calls[0]?.keys, ['a', 'b']);
});

test('one hand-over at a time; what comes meanwhile goes with the next', async () => {
  const { batch, time, calls } = openBatch();
  batch.add('a');
  time.advance(5);
  batch.add('b');
  time.advance(1000);
  assert.equal(calls.length, 1);
  calls[0]?.end();
  await rest();
  time.advance(5);
  assert.deepEqual(calls[1]?.keys, ['b']);
});

test('settled waits for what was added before, and not for what comes after', async () => {
  const { batch, time, calls } = openBatch();
  assert.ok(await isSettled(batch.settled()));
  batch.add('a');
  const first = batch.settled();
  time.advance(5);
  const running = batch.settled();
  batch.add('b');
  const second = batch.settled();
  assert.equal(await isSettled(first), false);
  calls[0]?.end();
  assert.ok(await isSettled(first));
  assert.ok(await isSettled(running));
  assert.equal(await isSettled(second), false);
  time.advance(5);
  calls[1]?.end();
  assert.ok(await isSettled(second));
});

test('a failure is tried again with everything, later each time, and settled waits for it', async () => {
  const { batch, time, calls, failures } = openBatch();
  batch.add('a');
  const settled = batch.settled();
  time.advance(5);
  calls[0]?.end(new Error('no'));
  await rest();
  batch.add('b');
  time.advance(99);
  assert.equal(calls.length, 1);
  time.advance(1);
  assert.deepEqual(calls[1]?.keys, ['a', 'b']);
  calls[1]?.end(new Error('no'));
  await rest();
  time.advance(199);
  assert.equal(calls.length, 2);
  time.advance(1);
  assert.equal(await isSettled(settled), false);
  calls[2]?.end();
  assert.ok(await isSettled(settled));
  assert.equal(failures.length, 2);
});

test('stopped: nothing more is handed over, nobody waits for ever', async () => {
  const { batch, time, calls } = openBatch();
  batch.add('a');
  const waiting = batch.settled();
  await batch.stop();
  assert.ok(await isSettled(waiting));
  batch.add('b');
  time.advance(1000);
  assert.equal(calls.length, 0);
  assert.ok(await isSettled(batch.settled()));
});

test('how long a change took is counted from its commit, where that is known', async () => {
  const time = new ManualTime();
  const took: number[] = [];
  const commits = new Map([[7, time.monotonic() - 20]]);
  const batch = new Batch({
    clock: time,
    timers: time,
    gatherMs: 5,
    apply: () => Promise.resolve(),
    failed: () => undefined,
    applied: (ms) => took.push(ms),
    committedAt: (revision) => commits.get(revision),
  });
  for (const resourceVersion of ['7', '8', undefined]) {
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', resourceVersion } };
    batch.add('a', object);
    time.advance(5);
    await rest();
  }
  assert.deepEqual(took, [25, 5, 5]);
});
