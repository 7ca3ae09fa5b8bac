import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchedulingCode } from '#api/reasons.ts';
import type { ClusterEvent } from './decide/cures.ts';
import { needsOf } from './decide/pod-needs.ts';
import { SchedulingQueue } from './queue.ts';
import { podNamed } from './testing/objects.ts';

const needs = (name: string, priority = 0) => needsOf(podNamed(name, {}, { priority }));
const codes = (...all: SchedulingCode[]) => new Set(all);
const events = (...all: ClusterEvent[]) => new Set(all);
const always = () => true;

test('by priority, then by age', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('late'), 2);
  queue.add(needs('early'), 1);
  queue.add(needs('urgent', 10), 3);
  const out = [queue.pop(4), queue.pop(4), queue.pop(4), queue.pop(4)];
  assert.deepEqual(
    out.map((each) => each?.pod.metadata.name),
    ['urgent', 'early', 'late', undefined],
  );
});

test('a refused pod waits for what cures it, and for its backoff', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  assert.ok(queue.pop(0));
  queue.refused('default/a', codes('insufficient-resource'));
  queue.wake(events('node-labels'), always, 100);
  assert.equal(queue.parked, 1);
  queue.wake(events('pod-removed'), () => false, 100);
  assert.equal(queue.parked, 1);
  queue.wake(events('pod-removed'), always, 100);
  assert.equal(queue.parked, 0);
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
  queue.refused('default/a', codes('node-affinity'));
  queue.add(needs('a'), 2);
  assert.ok(queue.pop(2));
});

test('a removed pod does not come back', () => {
  const queue = new SchedulingQueue();
  queue.add(needs('a'), 0);
  queue.remove('default/a');
  assert.equal(queue.pop(0), undefined);
  assert.equal(queue.size, 0);
});
