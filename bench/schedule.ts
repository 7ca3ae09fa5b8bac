/**
 * How fast pods find nodes: 5,000 simulated nodes in three zones, pods of 200 owners, decisions and
 * counting only (no server, no bindings). Prints one line of JSON.
 *
 *     node bench/schedule.ts [nodes] [pods]
 */
import type { Node, Pod } from '#api/types.ts';
import { placementOf } from '#scheduler/decide/placement.ts';
import { needsOf } from '#scheduler/decide/pod-needs.ts';
import { Snapshot } from '#scheduler/snapshot.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';

const [nodeCount = 5000, podCount = 30_000] = process.argv.slice(2).map(Number);
const random = seededRandom(1);
const zones = ['a', 'b', 'c'];

function node(at: number): Node {
  const name = `node-${String(at).padStart(5, '0')}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zones[at % zones.length] ?? '',
        disk: at % 4 === 0 ? 'ssd' : 'hdd',
      },
    },
    spec:
      at % 50 === 0 ? { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] } : {},
    status: {
      allocatable: { cpu: '16', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
    },
  };
}

function pod(at: number): Pod {
  const owner = `owner-${at % 200}`;
  const cpu = `${100 + 50 * random.below(8)}m`;
  const memory = `${128 * (1 + random.below(8))}Mi`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${at}`,
      namespace: 'default',
      uid: `uid-${at}`,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true },
      ],
    },
    spec: {
      containers: [{ name: 'main', image: 'web', resources: { requests: { cpu, memory } } }],
      ...(at % 10 === 0 ? { nodeSelector: { disk: 'ssd' } } : {}),
    },
  };
}

const snapshot = new Snapshot();
for (let at = 0; at < nodeCount; at++) snapshot.setNode(node(at));
const waiting = Array.from({ length: podCount }, (_, at) => pod(at));
const times: number[] = [];
let from = 0;
let bound = 0;
const start = performance.now();
for (const each of waiting) {
  const began = performance.now();
  const needs = needsOf(each);
  const chance = { from, below: (bound_: number) => random.below(bound_) };
  const placement = placementOf(needs, snapshot, chance);
  if (placement.type === 'node') {
    snapshot.place(needs, placement.node);
    from = (from + placement.looked) % snapshot.nodes.length;
    bound++;
  }
  times.push(performance.now() - began);
}
const seconds = (performance.now() - start) / 1000;
times.sort((a, b) => a - b);
const percentile = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
const perNode = snapshot.nodes.map(({ podCount: count }) => count);
console.log(
  JSON.stringify({
    bench: 'schedule',
    nodes: nodeCount,
    pods: podCount,
    bound,
    podsPerSecond: Math.round(podCount / seconds),
    decisionMs: { p50: percentile(0.5), p99: percentile(0.99), max: times.at(-1) },
    podsOnNode: { min: Math.min(...perNode), max: Math.max(...perNode) },
  }),
);
