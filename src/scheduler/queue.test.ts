import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchedulingCode } from '#api/reasons.ts';
import { needsOf } from './decide/pod-needs.ts';
import { type Refused, SchedulingQueue } from './queue.ts';
import { podNamed } from './testing/objects.ts';

const needs = (name: string, priority = 0) => needsOf(podNamed(name, {}, { priority }));
const refused = (...codes: SchedulingCode[]): Refused => ({ codes: new Set(codes), message: '' });
const always = () => true;

test('by priority, then by age', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('early'), 1);
  queue.add(needs('late'), 2);
  queue.add(needs('urgent', 10), 3);
  const out = [queue.pop(4), queue.pop(4), queue.pop(4), queue.pop(4)];
  assert.deepEqual(
    out.map((each) => each?.pod.metadata.name),
    ['urgent', 'early', 'late', undefined],
  );
});

test('a refused pod waits for what cures it, and lets others go first while in backoff', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  assert.ok(queue.pop(0));
  queue.refused('default/a', refused('insufficient-resource'), 0);
  queue.wake([{ event: 'node-labels' }], always, 100);
  assert.equal(queue.parked, 1);
  queue.wake([{ event: 'pod-removed' }], () => false, 100);
  assert.equal(queue.parked, 1);
  queue.wake([{ event: 'pod-removed' }], always, 100);
  assert.equal(queue.parked, 0);
  assert.equal(queue.nextAt(), 1000);
  queue.add(needs('b'), 200);
  assert.equal(queue.pop(200)?.key, 'default/b');
  assert.equal(queue.pop(200)?.key, 'default/a', 'nobody else waits');
});

test('a pod whose binding failed waits, whoever else does', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  assert.ok(queue.pop(0));
  queue.failed('default/a', 0);
  assert.equal(queue.pop(999), undefined);
  assert.equal(queue.nextAt(), 1000);
  assert.ok(queue.pop(1000));
});

test('backoff doubles up to ten seconds', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  let now = 0;
  const delays: number[] = [];
  for (let attempt = 0; attempt < 6; attempt++) {
    assert.ok(queue.pop(now));
    queue.failed('default/a', now);
    const next = queue.nextAt() ?? Number.NaN;
    delays.push(next - now);
    now = next;
  }
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('a changed pod is tried at once; one that is being decided is not handed out twice', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  assert.ok(queue.pop(0));
  queue.add(needs('a'), 1);
  assert.equal(queue.pop(1), undefined);
  queue.refused('default/a', refused('node-affinity'), 1);
  queue.add(needs('a'), 2);
  assert.ok(queue.pop(2));
});

test('a removed pod does not come back', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  queue.remove('default/a', 1);
  assert.equal(queue.pop(0), undefined);
  assert.equal(queue.size, 0);
});

test('of alike pods one tries for all; the next one follows when it found a node', () => {
  const queue = new SchedulingQueue();
  const names = ['a', 'b', 'c'];
  for (const name of names) queue.add(needs(name), 0);
  for (const name of names) {
    assert.ok(queue.pop(0));
    queue.refused(`default/${name}`, refused('insufficient-resource'), 0);
  }
  assert.ok(queue.known(needs('d').shape));
  queue.wake([{ event: 'pod-removed' }], always, 5000);
  assert.equal(queue.parked, 2);
  assert.equal(queue.known(needs('d').shape), undefined, 'somebody is trying');
  assert.equal(queue.pop(5000)?.key, 'default/a');
  queue.placed('default/a', 5000);
  assert.equal(queue.pop(5000)?.key, 'default/b');
  queue.refused('default/b', refused('insufficient-resource'), 5000);
  assert.equal(queue.pop(5000), undefined);
  assert.equal(queue.parked, 2);
});

test('who tries for the others and goes is followed by the next one', () => {
  const queue = new SchedulingQueue();
  for (const name of ['a', 'b']) queue.add(needs(name), 0);
  for (const name of ['a', 'b']) {
    assert.ok(queue.pop(0));
    queue.refused(`default/${name}`, refused('node-affinity'), 0);
  }
  queue.wake([{ event: 'node-labels' }], always, 5000);
  queue.remove('default/a', 5000);
  assert.equal(queue.pop(5000)?.key, 'default/b');
});

test('who waits for room of its own does not speak for the others', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  assert.ok(queue.pop(0));
  queue.refused('default/a', refused('insufficient-resource'), 0, true);
  assert.equal(queue.known(needs('b').shape), undefined);
  queue.wake([{ event: 'pod-removed' }], always, 5000);
  assert.equal(queue.pop(5000)?.key, 'default/a');
  queue.remove('default/a', 5000);
  assert.equal(queue.size, 0);
});
