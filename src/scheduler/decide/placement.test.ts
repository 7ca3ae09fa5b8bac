import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Node, Pod } from '#api/types.ts';
import { Snapshot } from '../snapshot.ts';
import { first, nodeNamed, outcome, podNamed } from '../testing/objects.ts';
import { placementOf } from './placement.ts';
import { needsOf, type PodShape } from './pod-needs.ts';
import { requestOf } from './resources.ts';

test('words of refusals are those of Kubernetes', () => {
  assert.equal(outcome([], podNamed('a')), 'no nodes available to schedule pods');
  const tainted = { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } };
  const nodes = [nodeNamed('n1', tainted), nodeNamed('n2', tainted), nodeNamed('n3', { cpu: '1' })];
  assert.equal(
    outcome(nodes, podNamed('a', { cpu: '2' })),
    '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {gpu: yes}. ' +
      'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
});

const cordoned = nodeNamed('n1', { spec: { unschedulable: true } });
const port = (hostPort: number, hostIP?: string): Pod['spec'] => ({
  containers: [
    { name: 'c', ports: [{ containerPort: 80, hostPort, ...(hostIP ? { hostIP } : {}) }] },
  ],
});
const requiring = (matchExpressions: { key: string; operator: string; values?: string[] }[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
  },
});

const cases: [string, Node[], Pod, [Pod, string][], string][] = [
  ['cordoned', [cordoned], podNamed('a'), [], 'node(s) were unschedulable'],
  [
    'cordoned but tolerated',
    [cordoned],
    podNamed('a', {}, { tolerations: [{ operator: 'Exists' }] }),
    [],
    'n1',
  ],
  [
    'selector',
    [nodeNamed('n1')],
    podNamed('a', {}, { nodeSelector: { disk: 'ssd' } }),
    [],
    "node(s) didn't match Pod's node affinity/selector",
  ],
  [
    'affinity',
    [nodeNamed('n1'), nodeNamed('n2', { labels: { disk: 'ssd' } })],
    podNamed('a', {}, requiring([{ key: 'disk', operator: 'In', values: ['ssd'] }])),
    [],
    'n2',
  ],
  [
    'greater than',
    [nodeNamed('n1', { labels: { cores: '8' } })],
    podNamed('a', {}, requiring([{ key: 'cores', operator: 'Gt', values: ['8'] }])),
    [],
    "node(s) didn't match Pod's node affinity/selector",
  ],
  [
    'host port taken',
    [nodeNamed('n1')],
    podNamed('a', {}, port(8080)),
    [[podNamed('b', {}, port(8080, '127.0.0.1')), 'n1']],
    "node(s) didn't have free ports for the requested pod ports",
  ],
  [
    'host port of another address',
    [nodeNamed('n1')],
    podNamed('a', {}, port(8080, '10.0.0.1')),
    [[podNamed('b', {}, port(8080, '127.0.0.1')), 'n1']],
    'n1',
  ],
  [
    'too many pods',
    [nodeNamed('n1', { pods: '1' })],
    podNamed('a'),
    [[podNamed('b'), 'n1']],
    'Too many pods',
  ],
  [
    'extended resource',
    [nodeNamed('n1', { more: { 'example.com/gpu': '1' } })],
    podNamed('a', { 'example.com/gpu': '2' }),
    [],
    'Insufficient example.com/gpu',
  ],
  [
    'a pod that asks for nothing goes on a full node',
    [nodeNamed('n1', { cpu: '1' })],
    podNamed('a'),
    [[podNamed('b', { cpu: '1' }), 'n1']],
    'n1',
  ],
  [
    'least allocated',
    [nodeNamed('n1'), nodeNamed('n2')],
    podNamed('a', { cpu: '1' }),
    [[podNamed('b', { cpu: '2', memory: '4Gi' }), 'n1']],
    'n2',
  ],
];

for (const [name, nodes, pod, others, expected] of cases) {
  test(`placement: ${name}`, () => {
    const found = outcome(nodes, pod, others);
    if (nodes.some(({ metadata }) => metadata.name === expected)) assert.equal(found, expected);
    else assert.ok(found.includes(`1 ${expected}`), found);
  });
}

test('a pod takes what its largest moment takes', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: `c${cpu}`,
    resources: { requests: { cpu } },
    ...(restartPolicy ? { restartPolicy } : {}),
  });
  const pod = podNamed(
    'a',
    {},
    {
      initContainers: [container('2'), container('100m', 'Always'), container('1')],
      containers: [container('500m'), container('500m')],
      overhead: { cpu: '50m' },
    },
  );
  assert.equal(requestOf(pod).milliCpu, 2050);
  const running = podNamed(
    'b',
    {},
    {
      initContainers: [container('500m', 'Always')],
      containers: [container('1')],
    },
  );
  assert.equal(requestOf(running).milliCpu, 1500);
});

test('no node is ever given more than it has', () => {
  const amount = fc.integer({ min: 0, max: 3000 });
  const step = fc.record({ cpu: amount, memory: amount, leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const snapshot = new Snapshot();
      for (const name of ['n1', 'n2', 'n3']) {
        snapshot.setNode(nodeNamed(name, { cpu: '4', memory: '4000', pods: '8' }));
      }
      const running: string[] = [];
      for (const [at, { cpu, memory, leaves }] of steps.entries()) {
        const needs = needsOf(podNamed(`p${at}`, { cpu: `${cpu}m`, memory: `${memory}` }));
        const chance = { from: at, below: (bound: number) => (seed + at) % bound };
        const placement = placementOf(needs, snapshot, chance);
        if (placement.type === 'node') {
          snapshot.place(needs, placement.node);
          running.push(needs.key);
        }
        if (leaves) snapshot.remove(running.splice(seed % (running.length || 1), 1)[0] ?? '');
        for (const state of snapshot.nodes) {
          assert.ok(state.requested.milliCpu <= 4000 && state.requested.memory <= 4000);
          assert.ok(state.podCount <= 8);
          const sum = [...state.pods()].reduce(
            (total, each) => total + each.shape.request.milliCpu,
            0,
          );
          assert.equal(state.requested.milliCpu, sum);
        }
      }
    }),
  );
});

test('pods alike get the nodes that each of them would get alone', () => {
  const step = fc.record({ kind: fc.nat(3), node: fc.nat(9), does: fc.nat(9) });
  const podAffinityTerm = { labelSelector: {}, topologyKey: 'kubernetes.io/hostname' };
  const preferred = [{ weight: 10, podAffinityTerm }];
  const sociable = {
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const [inTurn, anew] = [new Snapshot(), new Snapshot()];
      // With every other seed a soft taint speaks for all nodes but one.
      const taints = seed % 2 ? [{ key: 'old', effect: 'PreferNoSchedule' }] : [];
      const node = (at: number, cpu: string) =>
        nodeNamed(`n${at}`, { cpu, memory: '8000', spec: at === 1 ? { taints } : {} });
      for (let at = 0; at < 8; at++) {
        for (const snapshot of [inTurn, anew]) snapshot.setNode(node(at, String(2 + (at % 3))));
      }
      const running: string[] = [];
      for (const [at, { kind, node: chosen, does }] of steps.entries()) {
        const requests = { cpu: `${100 + kind * 300}m`, memory: `${50 * kind}` };
        const needs = needsOf(podNamed(`p${at}`, requests, kind === 3 ? sociable : {}));
        const chance = { from: 0, below: (bound: number) => (seed + at) % bound };
        const alone = placementOf(needs, anew, chance);
        assert.deepEqual(
          { ...placementOf(needs, inTurn, chance), looked: 0 },
          { ...alone, looked: 0 },
        );
        for (const snapshot of [inTurn, anew]) {
          if (alone.type === 'node') snapshot.place(needs, alone.node);
          if (does === 0) snapshot.remove(running[chosen] ?? '');
          if (does === 1) snapshot.setNode(node(chosen, '3'));
          if (does === 2) snapshot.removeNode(`n${chosen}`);
        }
        running.push(needs.key);
        anew.streak.end();
      }
    }),
  );
});

test('a pod is not bound to the node of its like, which was seen first', () => {
  const shapes = new Map<string, PodShape>();
  const bound = needsOf(podNamed('a', { cpu: '1' }, { nodeName: 'n1' }), shapes);
  const snapshot = new Snapshot();
  for (const name of ['n1', 'n2']) snapshot.setNode(nodeNamed(name, { cpu: '1' }));
  snapshot.place(bound, 'n1');
  const placement = placementOf(needsOf(podNamed('b', { cpu: '1' }), shapes), snapshot, first);
  assert.equal(placement.type === 'node' && placement.node, 'n2');
});
