/**
 * What making room on each node would take, kept for pods of one shape while a node stays as it was:
 * of pods alike that look for room one after the other, the next one works out only what changed.
 */
import type { Refusal } from '#api/reasons.ts';
import { placeOf } from './ledger.ts';
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
  /** By the place of the node. */
  readonly #versions: number[] = [];
  readonly #outcomes: (Candidate | NoCandidate)[] = [];

  on(state: NodeState, workOut: (state: NodeState) => Candidate | NoCandidate) {
    const place = placeOf(state.offset);
    const known = this.#outcomes[place];
    if (known !== undefined && this.#versions[place] === state.version) return known;
    const outcome = workOut(state);
    this.#versions[place] = state.version;
    this.#outcomes[place] = outcome;
    return outcome;
  }
}
