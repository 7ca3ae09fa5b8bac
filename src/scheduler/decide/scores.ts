/** How good a node is for a pod, 0 to 100 per view, weighed as Kubernetes' defaults do. */
import { tolerates } from '#api/tolerations.ts';
import { holds } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';

const weights = { room: 1, balance: 1, spread: 2, taints: 3, affinity: 2 };

/** How many pods of the same owner a zone has. */
export type ZoneCount = (zone: string) => number;

/** The sum of all views, one number per node. */
export function scoresOf(
  needs: PodNeeds,
  nodes: readonly NodeState[],
  zoneCount: ZoneCount,
): Float64Array {
  const scores = new Float64Array(nodes.length);
  for (const [at, state] of nodes.entries()) scores[at] = roomAndBalance(needs, state);
  if (needs.owner !== undefined) addSpread(scores, needs.owner, nodes, zoneCount);
  addInverse(scores, weights.taints, nodes, (state) => softTaints(needs, state));
  if (needs.preferredTerms.length > 0) {
    addShare(scores, weights.affinity, nodes, (state) => preference(needs, state));
  }
  return scores;
}

/** Much room left is good, and so is using CPU and memory alike. */
function roomAndBalance(needs: PodNeeds, state: NodeState): number {
  const { milliCpu, memory } = state.allocatable;
  const cpu = milliCpu > 0 ? Math.min(1, (state.weightCpu + needs.weightCpu) / milliCpu) : 1;
  const ram = memory > 0 ? Math.min(1, (state.weightMemory + needs.weightMemory) / memory) : 1;
  const room = 100 * (1 - (cpu + ram) / 2);
  const balance = 100 * (1 - Math.abs(cpu - ram) / 2);
  return weights.room * room + weights.balance * balance;
}

/** Pods of one owner go apart: over zones above all, then over nodes. */
function addSpread(
  scores: Float64Array,
  owner: string,
  nodes: readonly NodeState[],
  zoneCount: ZoneCount,
): void {
  const zoned = nodes.some(({ zone }) => zone !== undefined);
  const nodeWeight = zoned ? weights.spread / 3 : weights.spread;
  addInverse(scores, nodeWeight, nodes, (state) => state.podsOf(owner));
  if (!zoned) return;
  const zoneWeight = weights.spread - nodeWeight;
  addInverse(scores, zoneWeight, nodes, ({ zone }) => (zone === undefined ? 0 : zoneCount(zone)));
}

function softTaints({ tolerations }: PodNeeds, { node }: NodeState): number {
  let count = 0;
  for (const taint of node?.spec.taints ?? []) {
    if (taint.effect !== 'PreferNoSchedule') continue;
    if (!tolerations.some((each) => tolerates(each, taint))) count++;
  }
  return count;
}

function preference({ preferredTerms }: PodNeeds, { node }: NodeState): number {
  let sum = 0;
  for (const { preference: term, weight } of preferredTerms) {
    if (node !== undefined && holds(term, node)) sum += weight;
  }
  return sum;
}

/** The highest value gets 0 points, 0 gets all of them. Nothing to tell apart: no points for anybody. */
function addInverse(
  scores: Float64Array,
  weight: number,
  nodes: readonly NodeState[],
  valueOf: (state: NodeState) => number,
): void {
  const values = nodes.map(valueOf);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return;
  for (const [at, value] of values.entries()) {
    scores[at] = (scores[at] ?? 0) + weight * 100 * (1 - value / most);
  }
}

function addShare(
  scores: Float64Array,
  weight: number,
  nodes: readonly NodeState[],
  valueOf: (state: NodeState) => number,
): void {
  const values = nodes.map(valueOf);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return;
  for (const [at, value] of values.entries()) {
    scores[at] = (scores[at] ?? 0) + (weight * 100 * value) / most;
  }
}
