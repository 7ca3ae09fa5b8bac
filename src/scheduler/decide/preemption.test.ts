import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '#api/types.ts';
import { first, nodeNamed, podNamed, snapshotOf } from '../testing/objects.ts';
import type { Budget } from './budgets.ts';
import { checksFor } from './filters.ts';
import { placementOf } from './placement.ts';
import { needsOf } from './pod-needs.ts';
import { preemptionOf } from './preemption.ts';

interface Words {
  readonly name: string;
  readonly priority: number;
  readonly cpu?: string;
  readonly startedAt?: string;
}

function running({ name, priority, cpu = '1', startedAt = '2026-01-01T00:00:00Z' }: Words): Pod {
  const pod = podNamed(name, { cpu }, { priority }, { app: name });
  pod.status = { startTime: startedAt };
  return pod;
}

/** `n1: a b`, or why not. */
function verdict(
  pod: Pod,
  placed: readonly (readonly [Pod, string])[],
  budgets: readonly Budget[] = [],
): string {
  const nodes = ['n1', 'n2'].map((name) => nodeNamed(name, { cpu: '2' }));
  const snapshot = snapshotOf(nodes, placed);
  const needs = needsOf(pod);
  const placement = placementOf(needs, snapshot, first);
  assert.equal(placement.type, 'none');
  const found = preemptionOf(needs, placement, snapshot, budgets, first);
  if (found.type === 'none') return found.because;
  return `${found.node}: ${found.victims.map(({ pod: each }) => each.metadata.name).join(' ')}`;
}

const urgent = podNamed('urgent', { cpu: '1' }, { priority: 10 });
const guards = (...names: string[]): Budget => ({
  namespace: 'default',
  means: ({ app = '' }) => names.includes(app),
  allowed: 0,
  disrupted: new Set(),
});

test('the least important pods go', () => {
  const low = running({ name: 'low', priority: 1 });
  const lower = running({ name: 'lower', priority: 0 });
  const peers = ['a', 'b'].map((name) => running({ name, priority: 10 }));
  const others = peers.map((pod) => [pod, 'n2'] as const);
  assert.equal(verdict(urgent, [[low, 'n1'], [lower, 'n1'], ...others]), 'n1: lower');
});

test('of equals, those that ran for the shortest time', () => {
  const old = running({ name: 'old', priority: 0 });
  const young = running({ name: 'young', priority: 0, startedAt: '2026-02-01T00:00:00Z' });
  const large = running({ name: 'large', priority: 5, cpu: '2' });
  const placed = [
    [old, 'n1'],
    [young, 'n1'],
    [large, 'n2'],
  ] as const;
  assert.equal(verdict(urgent, placed), 'n1: young');
});

test('a budget is kept where another choice keeps it, and broken when none does', () => {
  const a = running({ name: 'a', priority: 0, cpu: '2' });
  const b = running({ name: 'b', priority: 5, cpu: '2' });
  const placed = [
    [a, 'n1'],
    [b, 'n2'],
  ] as const;
  assert.equal(verdict(urgent, placed), 'n1: a');
  assert.equal(verdict(urgent, placed, [guards('a')]), 'n2: b');
  assert.equal(verdict(urgent, placed, [guards('a', 'b')]), 'n1: a');
});

test('nobody goes in vain', () => {
  const low = running({ name: 'low', priority: 0 });
  const peer = running({ name: 'peer', priority: 10, cpu: '2' });
  const large = podNamed('large', { cpu: '2' }, { priority: 10 });
  const mate = running({ name: 'mate', priority: 10 });
  assert.equal(
    verdict(large, [
      [low, 'n1'],
      [mate, 'n1'],
      [peer, 'n2'],
    ]),
    '0/2 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod.',
  );
});

test('an anti-affinity rule makes the pod go that is in the way', () => {
  const apart = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: { matchLabels: { app: 'disliked' } },
          topologyKey: 'kubernetes.io/hostname',
        },
      ],
    },
  };
  const pod = podNamed('urgent', {}, { priority: 10, affinity: apart });
  const disliked = running({ name: 'disliked', priority: 0 });
  const other = running({ name: 'other', priority: 0 });
  const peer = running({ name: 'disliked', priority: 10 });
  peer.metadata.name = 'peer';
  const placed = [
    [disliked, 'n1'],
    [other, 'n1'],
    [peer, 'n2'],
  ] as const;
  assert.equal(verdict(pod, placed), 'n1: disliked');
});

test('only lower priorities go, no more than needed, and then the pod fits', () => {
  const pod = fc.record({
    priority: fc.integer({ min: 0, max: 4 }),
    cpu: fc.integer({ min: 1, max: 4 }),
    node: fc.integer({ min: 1, max: 3 }),
    label: fc.constantFrom('a', 'b'),
  });
  const asked = fc.record({
    priority: fc.integer({ min: 0, max: 5 }),
    cpu: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(
      fc.array(pod, { maxLength: 20, size: 'max' }),
      asked,
      fc.nat(2),
      (all, want, allowed) => {
        const nodes = ['n1', 'n2', 'n3'].map((name) => nodeNamed(name, { cpu: '8' }));
        const placed = all.map(({ priority, cpu, node, label }, at) => {
          const each = podNamed(`p${at}`, { cpu: `${cpu}` }, { priority }, { app: label });
          return [each, `n${node}`] as const;
        });
        const snapshot = snapshotOf(nodes, placed);
        const needs = needsOf(podNamed('x', { cpu: `${want.cpu}` }, { priority: want.priority }));
        const placement = placementOf(needs, snapshot, first);
        if (placement.type === 'node') return;
        const budget: Budget = { ...guards('a'), allowed };
        const found = preemptionOf(needs, placement, snapshot, [budget], first);
        for (const [each, node] of placed) assert.equal(snapshot.nodeOf(needsOf(each).key), node);
        if (found.type === 'none') return;
        const state = snapshot.find(found.node);
        assert.ok(state);
        const { check } = checksFor(needs, snapshot);
        for (const { key, shape } of found.victims) {
          assert.ok(shape.priority < want.priority);
          snapshot.remove(key);
        }
        assert.equal(check(state), undefined);
        for (const victim of found.victims) {
          snapshot.place(victim, found.node);
          assert.notEqual(check(state), undefined, 'it could have stayed');
          snapshot.remove(victim.key);
        }
      },
    ),
    { numRuns: 300 },
  );
});
