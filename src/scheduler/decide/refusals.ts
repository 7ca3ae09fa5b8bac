/**
 * What nodes answered to pods of one shape that fitted nowhere, kept while only some nodes change: the
 * next pod of that shape asks the changed ones alone. Only for rules that look at one node at a time.
 */
import type { NodeCheck, NodeRefusal } from './filter.ts';
import type { NodeState } from './node-state.ts';

/** Which nodes changed, in order; the oldest are forgotten. */
export class ChangeLog {
  readonly #states: (NodeState | undefined)[];
  #count = 0;

  constructor(max: number) {
    this.#states = Array.from({ length: max });
  }

  /** Goes up with each change. */
  get count(): number {
    return this.#count;
  }

  note(state: NodeState): void {
    this.#states[this.#count++ % this.#states.length] = state;
  }

  /** Undefined: too long ago to tell. */
  since(count: number): ReadonlySet<NodeState> | undefined {
    if (this.#count - count > this.#states.length) return undefined;
    const changed = new Set<NodeState>();
    for (let at = count; at < this.#count; at++) {
      const state = this.#states[at % this.#states.length];
      if (state !== undefined) changed.add(state);
    }
    return changed;
  }
}

export class Refusals {
  readonly #answers = new Map<NodeState, readonly NodeRefusal[]>();
  readonly #hopeful = new Set<NodeState>();
  readonly counts = new Map<readonly NodeRefusal[], number>();
  #seen = 0;

  /** Number of nodes. */
  get size(): number {
    return this.#answers.size;
  }

  /** Nodes that pods leaving might help. */
  get hopeful(): readonly NodeState[] {
    return [...this.#hopeful];
  }

  constructor(answers: Iterable<readonly [NodeState, readonly NodeRefusal[]]>) {
    for (const [state, refusals] of answers) this.#set(state, refusals);
  }

  /** Everything in the log so far is in the answers. */
  isUpTo(log: ChangeLog): void {
    this.#seen = log.count;
  }

  /** Asks the nodes that changed. False: one of them takes the pod, or too many changed; then it is of no use any more. */
  follow(log: ChangeLog, check: NodeCheck): boolean {
    const changed = log.since(this.#seen);
    if (changed === undefined) return false;
    for (const state of changed) {
      if (state.node === undefined) {
        this.#drop(state);
        continue;
      }
      const refusals = check(state);
      if (refusals === undefined) return false;
      this.#set(state, refusals);
    }
    this.#seen = log.count;
    return true;
  }

  #set(state: NodeState, refusals: readonly NodeRefusal[]): void {
    this.#drop(state);
    this.#answers.set(state, refusals);
    this.counts.set(refusals, (this.counts.get(refusals) ?? 0) + 1);
    if (!refusals.some(({ isFinal }) => isFinal)) this.#hopeful.add(state);
  }

  #drop(state: NodeState): void {
    const refusals = this.#answers.get(state);
    if (refusals === undefined) return;
    this.#answers.delete(state);
    this.#hopeful.delete(state);
    const count = (this.counts.get(refusals) ?? 0) - 1;
    if (count === 0) this.counts.delete(refusals);
    else this.counts.set(refusals, count);
  }
}
