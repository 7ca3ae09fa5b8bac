/** How good a node is for a pod, 0 to 100 per view, weighed as Kubernetes' defaults do. */
import { meansNode } from '#api/node-selector.ts';
import { tolerates } from '#api/tolerations.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';

const weights = { room: 1, balance: 1, spread: 2, taints: 3, affinity: 2 };

/** How many pods of the same owner there are already. */
export interface OwnerSpread {
  onNode(name: string): number;
  inZone(zone: string): number;
}

/** The sum of all views, one number per node. */
export function scoresOf(
  needs: PodNeeds,
  nodes: readonly NodeState[],
  spread: OwnerSpread,
): Float64Array {
  const scores = new Float64Array(nodes.length);
  nodes.forEach((state, at) => (scores[at] = roomAndBalance(needs, state)));
  if (needs.owner !== undefined) addSpread(scores, nodes, spread);
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
function addSpread(scores: Float64Array, nodes: readonly NodeState[], spread: OwnerSpread): void {
  const zoned = nodes.some(({ zone }) => zone !== undefined);
  const nodeWeight = zoned ? weights.spread / 3 : weights.spread;
  addInverse(scores, nodeWeight, nodes, ({ name }) => spread.onNode(name));
  if (!zoned) return;
  const zoneWeight = weights.spread - nodeWeight;
  addInverse(scores, zoneWeight, nodes, ({ zone = '' }) => spread.inZone(zone));
}

function softTaints({ tolerations }: PodNeeds, { node }: NodeState): number {
  const taints = node?.spec.taints;
  if (taints === undefined) return 0;
  let count = 0;
  for (const taint of taints) {
    if (taint.effect !== 'PreferNoSchedule') continue;
    if (!tolerations.some((each) => tolerates(each, taint))) count++;
  }
  return count;
}

function preference({ preferredTerms }: PodNeeds, { node }: NodeState): number {
  let sum = 0;
  for (const { preference: term, weight } of preferredTerms) {
    if (node !== undefined && meansNode(term, node)) sum += weight;
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
  addShare(scores, -weight, nodes, valueOf, weight * 100);
}

/** The highest value gets all points, 0 gets none; `base` comes on top where there is a highest one. */
function addShare(
  scores: Float64Array,
  weight: number,
  nodes: readonly NodeState[],
  valueOf: (state: NodeState) => number,
  base = 0,
): void {
  const values = new Float64Array(nodes.length);
  let most = 0;
  nodes.forEach((state, at) => {
    const value = valueOf(state);
    values[at] = value;
    if (value > most) most = value;
  });
  if (most === 0) return;
  values.forEach(
    (value, at) => (scores[at] = (scores[at] ?? 0) + base + (weight * 100 * value) / most),
  );
}
