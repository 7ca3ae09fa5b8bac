/**
 * Who is told of which key. Watchers stand in groups by prefix; for a changed key the groups are
 * found by its own beginnings, one look-up for each length of prefix in use, so that a change costs
 * the same however many watchers look elsewhere.
 */
import type { Change, StoreSink } from './backend.ts';

export interface Watcher {
  readonly prefix: string;
  readonly sink: StoreSink;
  /** It has seen everything up to this revision, or wants nothing before it. */
  after: number;
}

export class WatchHub {
  readonly #groups = new Map<string, Set<Watcher>>();
  /** How many groups have a prefix of this length. */
  readonly #lengths = new Map<number, number>();

  get size(): number {
    let size = 0;
    for (const group of this.#groups.values()) size += group.size;
    return size;
  }

  add(watcher: Watcher): void {
    const { prefix } = watcher;
    let group = this.#groups.get(prefix);
    if (!group) {
      group = new Set();
      this.#groups.set(prefix, group);
      this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1);
    }
    group.add(watcher);
  }

  remove(watcher: Watcher): void {
    const { prefix } = watcher;
    const group = this.#groups.get(prefix);
    if (!group?.delete(watcher) || group.size > 0) return;
    this.#groups.delete(prefix);
    const groups = (this.#lengths.get(prefix.length) as number) - 1;
    if (groups === 0) this.#lengths.delete(prefix.length);
    else this.#lengths.set(prefix.length, groups);
  }

  has(watcher: Watcher): boolean {
    return this.#groups.get(watcher.prefix)?.has(watcher) ?? false;
  }

  /** All changes of one commit. All watchers of one prefix get the same array. */
  deliver(revision: number, changes: readonly Change[]): void {
    if (changes.length === 1) {
      const { key } = changes[0] as Change;
      // Copied first: a sink may open or close watches, and so change the lengths in use.
      for (const length of [...this.#lengths.keys()]) {
        if (length > key.length) continue;
        const group = this.#groups.get(key.slice(0, length));
        if (group) deliverTo(group, revision, changes);
      }
      return;
    }
    const perGroup = new Map<Set<Watcher>, Change[]>();
    for (const change of changes) {
      for (const length of this.#lengths.keys()) {
        if (length > change.key.length) continue;
        const group = this.#groups.get(change.key.slice(0, length));
        if (!group) continue;
        const own = perGroup.get(group);
        if (own) own.push(change);
        else perGroup.set(group, [change]);
      }
    }
    for (const [group, own] of perGroup) deliverTo(group, revision, own);
  }

  closeAll(reason: 'closed' | 'compacted'): void {
    const watchers = [...this.#groups.values()].flatMap((group) => [...group]);
    this.#groups.clear();
    this.#lengths.clear();
    for (const { sink } of watchers) guarded(() => sink.closed(reason));
  }
}

function deliverTo(group: Set<Watcher>, revision: number, changes: readonly Change[]): void {
  // A watcher that a sink adds meanwhile is visited too; its `after` is this revision already.
  for (const watcher of group) {
    if (watcher.after >= revision) continue;
    watcher.after = revision;
    guarded(() => watcher.sink.changes(changes));
  }
}

/** A sink that throws is a bug of its owner: it must be seen, but not by the other watchers. */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    void Promise.reject(error);
  }
}
