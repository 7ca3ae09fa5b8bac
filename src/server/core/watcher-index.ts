/**
 * Which watchers a change may concern, without asking all of them: a thousand agents that each watch
 * the pods of their own node cost one look-up per change. Watchers lie by one field that they want
 * equal to a value (the most telling one first), else by namespace.
 */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { fieldReader } from './filter.ts';
import type { FeedChange, Watcher } from './watcher.ts';

type Buckets = Map<string, Set<Watcher>>;

export class WatcherIndex {
  readonly #kind: Kind;
  readonly #all = new Set<Watcher>();
  readonly #byNamespace: Buckets = new Map();
  readonly #byField = new Map<string, { read: (object: KubeObject) => string; buckets: Buckets }>();

  constructor(kind: Kind) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#all.size;
  }

  add(watcher: Watcher): void {
    this.#all.add(watcher);
    const { buckets, value } = this.#placeOf(watcher);
    const bucket = buckets.get(value);
    if (bucket) bucket.add(watcher);
    else buckets.set(value, new Set([watcher]));
  }

  remove(watcher: Watcher): void {
    if (!this.#all.delete(watcher)) return;
    const { buckets, value } = this.#placeOf(watcher);
    const bucket = buckets.get(value);
    bucket?.delete(watcher);
    if (bucket?.size === 0) buckets.delete(value);
  }

  [Symbol.iterator](): Iterator<Watcher> {
    return this.#all[Symbol.iterator]();
  }

  /** Every watcher whose selector the object matches, or matched; some more. */
  concernedBy(change: FeedChange): Set<Watcher> {
    const found = new Set(this.#byNamespace.get(''));
    addAll(found, this.#byNamespace.get(change.namespace));
    for (const { read, buckets } of this.#byField.values()) {
      if (buckets.size === 0) continue;
      if (change.current) addAll(found, buckets.get(read(change.current.object)));
      if (change.previous) addAll(found, buckets.get(read(change.previous.object)));
    }
    return found;
  }

  #placeOf({ filter, namespace }: Watcher): { buckets: Buckets; value: string } {
    for (const [field, value] of filter.equalities) {
      const read = field === 'metadata.namespace' ? undefined : fieldReader(this.#kind, field);
      if (read === undefined) continue;
      let indexed = this.#byField.get(field);
      if (indexed === undefined) {
        indexed = { read, buckets: new Map() };
        this.#byField.set(field, indexed);
      }
      return { buckets: indexed.buckets, value };
    }
    return { buckets: this.#byNamespace, value: namespace };
  }
}

function addAll(found: Set<Watcher>, more: ReadonlySet<Watcher> | undefined): void {
  if (more) for (const each of more) found.add(each);
}
