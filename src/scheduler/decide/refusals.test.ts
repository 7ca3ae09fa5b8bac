import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Snapshot } from '../snapshot.ts';
import { first, nodeNamed, podNamed } from '../testing/objects.ts';
import { placementOf, type Tally } from './placement.ts';
import { needsOf, type PodShape } from './pod-needs.ts';
import { preemptionOf } from './preemption.ts';

const step = fc.record({
  type: fc.constantFrom('place', 'leave', 'node', 'node gone'),
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
  } else if (each.type === 'node') {
    const spec = each.isCordoned ? { unschedulable: true } : {};
    snapshot.setNode(nodeNamed(node, { cpu: `${2 * each.cpu}`, spec }));
  } else snapshot.removeNode(node);
}

const countsIn = (tally: Tally): readonly string[] =>
  [...tally].map(([sentence, { count }]) => `${count} ${sentence}`).toSorted();

test('what is kept of a shape that fits nowhere says what asking all nodes says', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 40, size: 'max' }), (steps) => {
      const snapshot = new Snapshot();
      const shapes = new Map<string, PodShape>();
      const pod = podNamed('x', { cpu: '6' }, { priority: 1 });
      for (const [at, each] of steps.entries()) {
        taken(snapshot, each, at);
        const kept = placementOf(needsOf(pod, shapes), snapshot, first);
        const anew = placementOf(needsOf(pod), snapshot, first);
        assert.equal(kept.type, anew.type);
        if (kept.type === 'node' || anew.type === 'node') continue;
        assert.deepEqual(countsIn(kept.refusals), countsIn(anew.refusals));
        assert.equal(kept.nodes, anew.nodes);
        assert.deepEqual(new Set(kept.hopeful), new Set(anew.hopeful));
        const outcome = preemptionOf(needsOf(pod), anew, snapshot, [], first);
        if (outcome.type === 'preempt') {
          for (const { shape } of outcome.victims) assert.ok(shape.priority < 1);
        }
      }
    }),
    { numRuns: 200 },
  );
});
