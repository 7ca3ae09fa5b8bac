/**
 * How good a node is for a pod: up to 100 points per view, weighed as Kubernetes' defaults do. A view
 * is data, as a filter is; one that cannot tell the nodes apart gives nothing.
 */
import type { ClusterState } from './filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { imageLocality, nodeAffinity, taintToleration } from './node-scores.ts';
import { balancedAllocation, leastAllocated } from './resource-scores.ts';
import { podTopologySpread } from './spread-score.ts';
import { interPodAffinity } from './pod-affinity-score.ts';

export interface Score {
  /** As Kubernetes calls its plugin. */
  readonly name: string;
  readonly weight: number;
  /** A node's points rest on that node and the pod's request alone. */
  readonly isOwn: boolean;
  /** 0 to 100 for each node, in the order of `nodes`; undefined: nothing to tell them apart. */
  points(
    needs: PodNeeds,
    nodes: readonly NodeState[],
    cluster: ClusterState,
  ): ArrayLike<number> | undefined;
}

export const scores: readonly Score[] = [
  taintToleration,
  nodeAffinity,
  leastAllocated,
  balancedAllocation,
  podTopologySpread,
  interPodAffinity,
  imageLocality,
];

export const ownScores: readonly Score[] = scores.filter(({ isOwn }) => isOwn);
const otherScores: readonly Score[] = scores.filter(({ isOwn }) => !isOwn);
const noNodes: readonly NodeState[] = [];

/** Whether any score that compares nodes has something to compare for this pod; of soft taints, which nodes have, it says nothing. */
export function othersTell(needs: PodNeeds, cluster: ClusterState): boolean {
  return otherScores.some((score) => score.points(needs, noNodes, cluster) !== undefined);
}

/** The weighed sum, one number per node; whole points, as in Kubernetes: what differs by less is equal. */
export function scoresOf(
  needs: PodNeeds,
  nodes: readonly NodeState[],
  cluster: ClusterState,
  by: readonly Score[] = scores,
): Float64Array {
  const sums = new Float64Array(nodes.length);
  for (const score of by) {
    const given = score.points(needs, nodes, cluster);
    if (given === undefined) continue;
    for (let at = 0; at < sums.length; at++) {
      sums[at] = (sums[at] ?? 0) + score.weight * Math.floor(given[at] ?? 0);
    }
  }
  return sums;
}
