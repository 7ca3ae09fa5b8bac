/**
 * What making room on each node would take, kept for pods of one shape while a node stays as it was:
 * of pods alike that look for room one after the other, the next one works out only what changed.
 */
import type { Refusal } from '#api/reasons.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';

export interface Candidate {
  readonly state: NodeState;
  /** The most important first. */
  readonly victims: readonly PodNeeds[];
  /** By each measure in turn, lower is better. */
  readonly costs: readonly number[];
}

/** Why no pods that could leave make room. */
export interface NoCandidate {
  readonly refusals: readonly Refusal[];
}

export class Candidates {
  readonly #known = new WeakMap<NodeState, [version: number, outcome: Candidate | NoCandidate]>();

  on(state: NodeState, workOut: () => Candidate | NoCandidate): Candidate | NoCandidate {
    const known = this.#known.get(state);
    if (known?.[0] === state.version) return known[1];
    const outcome = workOut();
    this.#known.set(state, [state.version, outcome]);
    return outcome;
  }
}
