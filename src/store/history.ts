/**
 * The visible past: every kept commit with its changes, and the state at any kept revision.
 *
 * Keeping the tree of every revision would pin a copied path per commit, a few KB each. So only
 * every 64th tree is kept; one between is made from the next kept one by undoing changes, which
 * takes some tens of microseconds.
 */
import { assert } from '#base/assert.ts';
import {
  RevisionCompactedError,
  RevisionUnknownError,
  type Change,
  type Entry,
} from './backend.ts';
import type { Tree } from './tree.ts';

const revisionsPerKeptTree = 64;

interface Kept {
  readonly revision: number;
  readonly changes: readonly Change[];
  /** Monotonic milliseconds at which it became visible. */
  readonly time: number;
  readonly tree: Tree<Entry> | undefined;
}

export class History {
  /** In revision order, all after `#compacted`. Revisions may have gaps: a refused commit's number is not used again. */
  #kept: Kept[] = [];
  /** Entries before this index are forgotten; they are cut off now and then. */
  #first = 0;
  #sinceTree = 0;
  #tree: Tree<Entry>;
  #revision: number;
  #compacted: number;

  constructor(revision: number, tree: Tree<Entry>) {
    this.#revision = revision;
    this.#compacted = revision;
    this.#tree = tree;
  }

  get revision(): number {
    return this.#revision;
  }

  get compacted(): number {
    return this.#compacted;
  }

  /** The state at `revision`. */
  get tree(): Tree<Entry> {
    return this.#tree;
  }

  get length(): number {
    return this.#kept.length - this.#first;
  }

  /** When the oldest kept commit became visible. */
  get oldestTime(): number | undefined {
    return this.#kept[this.#first]?.time;
  }

  add(revision: number, changes: readonly Change[], tree: Tree<Entry>, time: number): void {
    assert(revision > this.#revision, 'revisions grow');
    this.#sinceTree = (this.#sinceTree + 1) % revisionsPerKeptTree;
    this.#kept.push({ revision, changes, time, tree: this.#sinceTree === 0 ? tree : undefined });
    this.#revision = revision;
    this.#tree = tree;
  }

  /** Throws unless the state at `revision`, and so each change after it, is still known. */
  checkKept(revision: number): void {
    if (revision >= this.#compacted) return;
    throw new RevisionCompactedError(
      `revision ${revision} has been compacted: the oldest kept is ${this.#compacted}`,
    );
  }

  treeAt(revision: number): Tree<Entry> {
    if (revision === this.#revision) return this.#tree;
    this.checkKept(revision);
    if (revision > this.#revision) {
      throw new RevisionUnknownError(
        `revision ${revision} is in the future: the newest is ${this.#revision}`,
      );
    }
    const first = this.#indexAfter('revision', revision);
    if (first > this.#first) {
      const exact = this.#kept[first - 1]?.tree;
      if (exact) return exact;
    }
    let last = first;
    while (last < this.#kept.length && !this.#kept[last]?.tree) last++;
    let tree = this.#kept[last]?.tree ?? this.#tree;
    for (let at = Math.min(last, this.#kept.length - 1); at >= first; at--) {
      for (const { key, previous } of (this.#kept[at] as Kept).changes) {
        tree = previous ? tree.set(previous) : tree.delete(key);
      }
    }
    return tree;
  }

  /** Each commit after `revision`, in order. */
  *after(revision: number): Generator<readonly Change[], void> {
    this.checkKept(revision);
    for (let at = this.#indexAfter('revision', revision); at < this.#kept.length; at++) {
      yield (this.#kept[at] as Kept).changes;
    }
  }

  /** Forgets what led to `revision` (at most the newest); returns the forgotten changes. */
  forget(revision: number): Change[] {
    assert(revision <= this.#revision, 'only the past can be forgotten');
    if (revision <= this.#compacted) return [];
    const end = this.#indexAfter('revision', revision);
    const forgotten: Change[] = [];
    for (let at = this.#first; at < end; at++) {
      forgotten.push(...(this.#kept[at] as Kept).changes);
    }
    this.#first = end;
    this.#compacted = revision;
    if (this.#first * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#first);
      this.#first = 0;
    }
    return forgotten;
  }

  /** The newest revision that became visible at `time` or before; undefined: none of the kept. */
  revisionAt(time: number): number | undefined {
    const after = this.#indexAfter('time', time);
    return after === this.#first ? undefined : this.#kept[after - 1]?.revision;
  }

  /** When it became visible; undefined: it is not kept, or there was none of that number. */
  timeOf(revision: number): number | undefined {
    const kept = this.#kept[this.#indexAfter('revision', revision) - 1];
    return kept?.revision === revision && revision > this.#compacted ? kept.time : undefined;
  }

  /** The revision after which exactly `length` commits are kept. */
  revisionBefore(length: number): number {
    const at = this.#kept.length - length - 1;
    return at < this.#first ? this.#compacted : (this.#kept[at] as Kept).revision;
  }

  /** Both grow along the list. */
  #indexAfter(what: 'revision' | 'time', value: number): number {
    let low = this.#first;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle] as Kept)[what] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
