/** Which node a pod should get, or why none. */
import { type SchedulingRefusal, type SchedulingCode, sentenceOf } from '#api/reasons.ts';
import { refusalsOf } from './filters.ts';
import { pinnedNodes } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { type OwnerSpread, scoresOf } from './scores.ts';
import {
  isRefusal,
  type PodVolumes,
  podVolumesOf,
  type VolumeFacts,
  type VolumePlan,
  volumePlanOf,
} from './volumes.ts';

/** What a decision reads of the cluster. */
export interface ClusterState {
  /** Nodes that exist. */
  readonly nodes: readonly NodeState[];
  find(name: string): NodeState | undefined;
  spreadOf(owner: string | undefined): OwnerSpread;
  readonly volumes: VolumeFacts;
}

export interface Chance {
  /** Where to begin, so that all nodes get their turn when not all are looked at. */
  readonly from: number;
  /** Uniform in [0, bound): which of equally good nodes. */
  below(bound: number): number;
}

export type Placement =
  | {
      readonly type: 'node';
      readonly node: string;
      readonly looked: number;
      /** Absent: the pod has no claims. */
      readonly volumes?: VolumePlan | undefined;
    }
  | { readonly type: 'none'; readonly refusals: Tally; readonly nodes: number };

/** By sentence; a count of 0 stands for the pod as a whole, which no node can cure. */
export type Tally = ReadonlyMap<
  string,
  { readonly refusal: SchedulingRefusal; readonly count: number }
>;

export function placementOf(needs: PodNeeds, cluster: ClusterState, chance: Chance): Placement {
  const volumes = needs.volumes.length > 0 ? podVolumesOf(needs, cluster.volumes) : undefined;
  if (volumes !== undefined && isRefusal(volumes)) return refusedAsWhole(volumes, cluster);
  const pinned = pinnedNodes(needs);
  const candidates = pinned === undefined ? cluster.nodes : present(cluster, pinned);
  const enough = pinned === undefined ? enoughOf(cluster.nodes.length) : candidates.length;
  const fitting: NodeState[] = [];
  let looked = 0;
  for (; looked < candidates.length && fitting.length < enough; looked++) {
    const state = candidates[(chance.from + looked) % candidates.length];
    if (state === undefined || refusalsIn(cluster, needs, state, volumes)) continue;
    fitting.push(state);
  }
  const best = bestOf(needs, fitting, cluster, chance);
  if (best !== undefined) {
    return { type: 'node', node: best.name, looked, volumes: planOn(best, volumes, cluster) };
  }
  const refusals = tally(needs, cluster, volumes);
  return { type: 'none', refusals, nodes: cluster.nodes.length };
}

function refusedAsWhole(refusal: SchedulingRefusal, { nodes }: ClusterState): Placement {
  const refusals = new Map([[sentenceOf(refusal), { refusal, count: 0 }]]);
  return { type: 'none', refusals: nodes.length > 0 ? refusals : new Map(), nodes: nodes.length };
}

/** What the node refuses for on its own, then what the pod's volumes say about it. */
function refusalsIn(
  cluster: ClusterState,
  needs: PodNeeds,
  state: NodeState,
  volumes: PodVolumes | undefined,
): readonly SchedulingRefusal[] | undefined {
  const refusals = refusalsOf(needs, state);
  if (refusals || volumes === undefined || state.node === undefined) return refusals;
  const plan = volumePlanOf(volumes, state.node, cluster.volumes);
  return isRefusal(plan) ? [plan] : undefined;
}

function planOn(
  { node }: NodeState,
  volumes: PodVolumes | undefined,
  cluster: ClusterState,
): VolumePlan | undefined {
  if (volumes === undefined || node === undefined) return undefined;
  const plan = volumePlanOf(volumes, node, cluster.volumes);
  return isRefusal(plan) ? undefined : plan;
}

function present(cluster: ClusterState, names: readonly string[]): readonly NodeState[] {
  const found = names.map((name) => cluster.find(name));
  return found.filter((state): state is NodeState => state?.node !== undefined);
}

/**
 * In a large cluster a good node is as good as the best one: of 5,000 nodes a tenth is compared
 * (Kubernetes: percentageOfNodesToScore, adaptive).
 */
function enoughOf(nodes: number): number {
  if (nodes <= 100) return nodes;
  const percent = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(100, Math.floor((nodes * percent) / 100));
}

function bestOf(
  needs: PodNeeds,
  fitting: readonly NodeState[],
  cluster: ClusterState,
  chance: Chance,
): NodeState | undefined {
  if (fitting.length <= 1) return fitting[0];
  const scores = scoresOf(needs, fitting, cluster.spreadOf(needs.owner));
  let best = 0;
  let equals = 1;
  for (let at = 1; at < scores.length; at++) {
    // Whole points, as in Kubernetes: what differs by less is equal.
    const difference = Math.round(scores[at] ?? 0) - Math.round(scores[best] ?? 0);
    if (difference > 0) [best, equals] = [at, 1];
    else if (difference === 0 && chance.below(++equals) === 0) best = at;
  }
  return fitting[best];
}

function tally(needs: PodNeeds, cluster: ClusterState, volumes: PodVolumes | undefined): Tally {
  const counts = new Map<string, { refusal: SchedulingRefusal; count: number }>();
  for (const state of cluster.nodes) {
    for (const refusal of refusalsIn(cluster, needs, state, volumes) ?? []) {
      const sentence = sentenceOf(refusal);
      const known = counts.get(sentence);
      if (known === undefined) counts.set(sentence, { refusal, count: 1 });
      else known.count++;
    }
  }
  return counts;
}

/** The codes that keep the pod from every node. */
export function codesOf(refusals: Tally): ReadonlySet<SchedulingCode> {
  if (refusals.size === 0) return new Set<SchedulingCode>(['no-nodes']);
  return new Set([...refusals.values()].map(({ refusal }) => refusal.code));
}
