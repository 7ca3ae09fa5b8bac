/**
 * Pods alike that come one after the other (in the manner of KEP-5598): the nodes that the first one
 * looked at, and what each was worth, hold for the next one too, but for the nodes that changed since.
 * Only for rules and scores that look at one node at a time; then the answer is the very one that
 * looking at these nodes anew would give.
 */
import type { ClusterState, NodeCheck } from './filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { ownScores, othersTell, scoresOf } from './scores.ts';

/** After so many pods for each node of the sample another part of the cluster gets its turn. */
const podsPerNode = 0.25;

export interface Sample {
  readonly nodes: readonly NodeState[];
  readonly scores: Float64Array;
}

export class Streak {
  #key = '';
  #sample: Sample | undefined;
  #places = new Map<NodeState, number>();
  #seen = 0;
  #left = 0;

  /** Something changed that is not one node's own affair. */
  end(): void {
    this.#sample = undefined;
  }

  begin(needs: PodNeeds, sample: Sample, cluster: ClusterState): void {
    this.#sample = undefined;
    if (sample.nodes.length < 2 || !isSimple(needs, cluster)) return;
    // They are compared with each other's, and a node that changes them ends the streak.
    if (sample.nodes.some(({ softTaints }) => softTaints.length > 0)) return;
    this.#sample = sample;
    this.#key = needs.shape.localKey;
    this.#places = new Map(sample.nodes.map((state, at) => [state, at]));
    this.#seen = cluster.log.count;
    this.#left = Math.floor(sample.nodes.length * podsPerNode);
  }

  /** The sample as it is now; undefined: nodes must be looked for anew. */
  next(needs: PodNeeds, cluster: ClusterState, check: NodeCheck): Sample | undefined {
    const sample = this.#sample;
    if (sample === undefined) return undefined;
    if (this.#left-- > 0 && this.#key === needs.shape.localKey && isSimple(needs, cluster)) {
      if (this.#follow(sample, needs, cluster, check)) return sample;
    }
    this.#sample = undefined;
    return undefined;
  }

  #follow(sample: Sample, needs: PodNeeds, cluster: ClusterState, check: NodeCheck): boolean {
    const changed = cluster.log.since(this.#seen);
    if (changed === undefined) return false;
    for (const state of changed) {
      const at = this.#places.get(state);
      // Any other node might fit now and have been looked at.
      if (at === undefined) return false;
      const fits = check(state) === undefined;
      sample.scores[at] = fits ? (scoresOf(needs, [state], cluster, ownScores)[0] ?? 0) : -1;
    }
    this.#seen = cluster.log.count;
    return sample.scores.some((score) => score >= 0);
  }
}

/** What else than the node itself could speak for it does not. */
function isSimple(needs: PodNeeds, cluster: ClusterState): boolean {
  return needs.volumes.length === 0 && !othersTell(needs, cluster);
}
