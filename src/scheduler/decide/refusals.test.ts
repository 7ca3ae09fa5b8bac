import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Snapshot } from '../snapshot.ts';
import { first, nodeNamed, podNamed } from '../testing/objects.ts';
import { placementOf, type Tally } from './placement.ts';
import { needsOf, type PodShape } from './pod-needs.ts';
import { type NoPreemption, type Preemption, preemptionOf } from './preemption.ts';

const step = fc.record({
  type: fc.constantFrom('place', 'leave', 'started', 'node', 'node gone'),
  node: fc.integer({ min: 1, max: 4 }),
  cpu: fc.integer({ min: 1, max: 4 }),
  priority: fc.nat(2),
  isCordoned: fc.boolean(),
});

function taken(
  snapshot: Snapshot,
  each: typeof step extends fc.Arbitrary<infer T> ? T : never,
  at: number,
): void {
  const node = `n${each.node}`;
  if (each.type === 'place') {
    const { priority } = each;
    snapshot.place(needsOf(podNamed(`p${at}`, { cpu: `${each.cpu}` }, { priority })), node);
  } else if (each.type === 'leave') {
    const [gone] = snapshot.find(node)?.pods() ?? [];
    if (gone) snapshot.remove(gone.key);
  } else if (each.type === 'started') {
    const [one] = snapshot.find(node)?.pods() ?? [];
    const startTime = `2026-01-01T00:00:0${each.cpu}Z`;
    if (one) snapshot.renew(one.key, { ...one.pod, status: { startTime } });
  } else if (each.type === 'node') {
    const spec = each.isCordoned ? { unschedulable: true } : {};
    snapshot.setNode(nodeNamed(node, { cpu: `${2 * each.cpu}`, spec }));
  } else snapshot.removeNode(node);
}

const countsIn = (tally: Tally): readonly string[] =>
  [...tally].map(([sentence, { count }]) => `${count} ${sentence}`).toSorted();

/** What the pod's victims cost, since nodes may be looked at in another order. */
function priceOf(outcome: Preemption | NoPreemption): string {
  if (outcome.type === 'none') return outcome.because;
  const priorities = outcome.victims.map(({ shape }) => shape.priority);
  const youngest = Math.min(...outcome.victims.map(({ startedAt }) => startedAt));
  return `${priorities.join(' ')} since ${youngest}`;
}

test('what is kept of a shape that fits nowhere says what asking all nodes says', () => {
  let preempted = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }), (steps) => {
      const snapshot = new Snapshot();
      const shapes = new Map<string, PodShape>();
      const pod = podNamed('x', { cpu: '6' }, { priority: 1 });
      for (const [at, each] of steps.entries()) {
        taken(snapshot, each, at);
        const fresh = new Snapshot();
        for (const [earlier, one] of steps.slice(0, at + 1).entries()) taken(fresh, one, earlier);
        const kept = placementOf(needsOf(pod, shapes), snapshot, first);
        const anew = placementOf(needsOf(pod), fresh, first);
        assert.equal(kept.type, anew.type);
        if (kept.type === 'node' || anew.type === 'node') continue;
        assert.deepEqual(countsIn(kept.refusals), countsIn(anew.refusals));
        assert.equal(kept.nodes, anew.nodes);
        const names = [kept, anew].map(({ hopeful }) => hopeful.map(({ name }) => name).toSorted());
        assert.deepEqual(names[0], names[1]);
        const outcome = preemptionOf(needsOf(pod), kept, snapshot, [], first);
        const other = preemptionOf(needsOf(pod), anew, fresh, [], first);
        assert.equal(priceOf(outcome), priceOf(other));
        if (outcome.type === 'preempt') preempted++;
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(preempted > 0, 'room was made at least once');
});
