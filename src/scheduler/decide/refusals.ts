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
  readonly #hopeful: NodeState[] = [];
  readonly #places = new Map<NodeState, number>();
  readonly counts = new Map<readonly NodeRefusal[], number>();
  /** Each decision makes its answers anew; what says the same counts as the same. */
  readonly #alike = new Map<string, readonly NodeRefusal[]>();
  #lastMade: readonly NodeRefusal[] | undefined;
  #lastAlike: readonly NodeRefusal[] = [];
  #seen = 0;

  /** Number of nodes. */
  get size(): number {
    return this.#answers.size;
  }

  /** Nodes that pods leaving might help, in no order; good until the next `follow`. */
  get hopeful(): readonly NodeState[] {
    return this.#hopeful;
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

  #set(state: NodeState, made: readonly NodeRefusal[]): void {
    const refusals = this.#alikeOf(made);
    if (this.#answers.get(state) === refusals) return;
    this.#drop(state);
    this.#answers.set(state, refusals);
    this.counts.set(refusals, (this.counts.get(refusals) ?? 0) + 1);
    if (refusals.some(({ isFinal }) => isFinal)) return;
    this.#places.set(state, this.#hopeful.length);
    this.#hopeful.push(state);
  }

  #alikeOf(made: readonly NodeRefusal[]): readonly NodeRefusal[] {
    if (made === this.#lastMade) return this.#lastAlike;
    const key = keyOf(made);
    const alike = this.#alike.get(key) ?? made;
    this.#alike.set(key, alike);
    [this.#lastMade, this.#lastAlike] = [made, alike];
    return alike;
  }

  #drop(state: NodeState): void {
    const refusals = this.#answers.get(state);
    if (refusals === undefined) return;
    this.#answers.delete(state);
    this.#dropHope(state);
    const count = (this.counts.get(refusals) ?? 0) - 1;
    if (count > 0) {
      this.counts.set(refusals, count);
      return;
    }
    this.counts.delete(refusals);
    this.#alike.delete(keyOf(refusals));
    this.#lastMade = undefined;
  }

  /** The last one takes its place. */
  #dropHope(state: NodeState): void {
    const at = this.#places.get(state);
    const last = this.#hopeful.at(-1);
    if (at === undefined || last === undefined) return;
    this.#hopeful[at] = last;
    this.#places.set(last, at);
    this.#hopeful.pop();
    this.#places.delete(state);
  }
}

function keyOf(refusals: readonly NodeRefusal[]): string {
  return JSON.stringify(refusals.map(({ code, subject, isFinal }) => [code, subject, isFinal]));
}
