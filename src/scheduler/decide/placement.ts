/** Which node a pod should get, or why none. */
import {
  type Refusal,
  type SchedulingCode,
  type SchedulingRefusal,
  sentenceOf,
} from '#api/reasons.ts';
import { assert } from '#base/assert.ts';
import type { ClusterState, NodeCheck, NodeRefusal, TrialState } from './filter.ts';
import { checksFor } from './filters.ts';
import { pinnedNodes } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { Refusals } from './refusals.ts';
import { scoresOf } from './scores.ts';
import type { Sample } from './streak.ts';
import { isRefusal, podVolumesOf, type VolumePlan, volumePlanOf } from './volumes.ts';

export interface Chance {
  /** Where to begin, so that all nodes get their turn when not all are looked at. */
  readonly from: number;
  /** Uniform in [0, bound): which of equally good nodes. */
  below(bound: number): number;
}

/** No node takes the pod. */
export interface NoPlacement {
  readonly type: 'none';
  readonly refusals: Tally<SchedulingRefusal>;
  /** What keeps the pod from every node; then nodes were not asked. */
  readonly refused: SchedulingRefusal | undefined;
  readonly nodes: number;
  /** Nodes that might take it if pods left them. */
  readonly hopeful: readonly NodeState[];
}

export type Placement =
  | {
      readonly type: 'node';
      readonly node: string;
      readonly looked: number;
      /** Absent: the pod has no claims. */
      readonly volumes?: VolumePlan | undefined;
    }
  | NoPlacement;

/** Number of nodes by sentence. */
export type Tally<Said extends Refusal = Refusal> = ReadonlyMap<
  string,
  { readonly refusal: Said; readonly count: number }
>;

export function placementOf(needs: PodNeeds, cluster: TrialState, chance: Chance): Placement {
  const { refused: why, check, isLocal } = checksFor(needs, cluster);
  if (why !== undefined) {
    const nodes = cluster.nodes.length;
    return { type: 'none', refusals: new Map(), refused: why, nodes, hopeful: [] };
  }
  const made = nominatedNode(needs, cluster);
  if (made !== undefined && check(made) === undefined) {
    return chosen(made, 0, needs, cluster);
  }
  // Whoever has a nomination gets another answer there than its like.
  const isKept = isLocal && made === undefined;
  const known = isKept ? cluster.refusals.get(needs.shape.localKey) : undefined;
  if (known?.follow(cluster.log, check) === true) return refusedBy(known);
  const sample = isKept ? cluster.streak.next(needs, cluster, check) : undefined;
  if (sample !== undefined) return chosen(bestOf(sample, chance), 0, needs, cluster);
  const pinned = pinnedNodes(needs.shape);
  const candidates = pinned === undefined ? cluster.nodes : present(cluster, pinned);
  const enough = pinned === undefined ? enoughOf(cluster.nodes.length) : candidates.length;
  const fitting: NodeState[] = [];
  const refused: Refused[] = [];
  let looked = 0;
  for (; looked < candidates.length && fitting.length < enough; looked++) {
    const state = candidates[(chance.from + looked) % candidates.length] as NodeState;
    const refusals = check(state);
    if (refusals === undefined) fitting.push(state);
    else if (fitting.length === 0) refused.push([state, refusals]);
  }
  if (fitting.length > 0) {
    const found = { nodes: fitting, scores: scoresIn(fitting, needs, cluster) };
    if (isKept && pinned === undefined) cluster.streak.begin(needs, found, cluster);
    return chosen(bestOf(found, chance), looked, needs, cluster);
  }
  const refusals = new Refusals(pinned === undefined ? refused : askAll(cluster.nodes, check));
  refusals.isUpTo(cluster.log);
  if (isKept) cluster.refusals.set(needs.shape.localKey, refusals);
  return refusedBy(refusals);
}

type Refused = readonly [NodeState, readonly NodeRefusal[]];

function askAll(nodes: readonly NodeState[], check: NodeCheck): readonly Refused[] {
  return nodes.map((state) => [state, check(state) ?? []]);
}

function chosen(
  { name, node }: NodeState,
  looked: number,
  needs: PodNeeds,
  { volumes: facts }: ClusterState,
): Placement {
  if (needs.volumes.length === 0 || node === undefined) return { type: 'node', node: name, looked };
  const volumes = podVolumesOf(needs, facts);
  const plan = isRefusal(volumes) ? volumes : volumePlanOf(volumes, node, facts);
  return { type: 'node', node: name, looked, volumes: isRefusal(plan) ? undefined : plan };
}

/** Where room was made for the pod. */
function nominatedNode({ key }: PodNeeds, cluster: ClusterState): NodeState | undefined {
  const name = cluster.nominationOf(key);
  const state = name ? cluster.find(name) : undefined;
  return state?.node === undefined ? undefined : state;
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

/** One node needs no comparison. */
function scoresIn(
  fitting: readonly NodeState[],
  needs: PodNeeds,
  cluster: ClusterState,
): Float64Array {
  return fitting.length === 1 ? new Float64Array(1) : scoresOf(needs, fitting, cluster);
}

function bestOf({ nodes, scores }: Sample, chance: Chance): NodeState {
  let most = Number.NEGATIVE_INFINITY;
  let equals = 0;
  for (const score of scores) {
    if (score > most) [most, equals] = [score, 1];
    else if (score === most) equals++;
  }
  let skip = equals > 1 ? chance.below(equals) : 0;
  const best = nodes.find((_, at) => scores[at] === most && skip-- === 0);
  assert(best !== undefined, 'there is a node to choose');
  return best;
}

function refusedBy({ counts, hopeful, size }: Refusals): NoPlacement {
  return { type: 'none', refusals: tallyOf(counts), refused: undefined, nodes: size, hopeful };
}

export function tallyOf<Said extends Refusal>(
  counts: ReadonlyMap<readonly Said[], number>,
): Tally<Said> {
  const tally = new Map<string, { refusal: Said; count: number }>();
  for (const [refusals, count] of counts) {
    for (const refusal of refusals) {
      const sentence = sentenceOf(refusal);
      const known = tally.get(sentence);
      if (known === undefined) tally.set(sentence, { refusal, count });
      else known.count += count;
    }
  }
  return tally;
}

/** The codes that keep the pod from every node. */
export function codesOf({ refusals, refused }: NoPlacement): ReadonlySet<SchedulingCode> {
  if (refused !== undefined) return new Set([refused.code]);
  if (refusals.size === 0) return new Set<SchedulingCode>(['no-nodes']);
  return new Set([...refusals.values()].map(({ refusal }) => refusal.code));
}
