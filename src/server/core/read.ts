/** GET and LIST: from one snapshot of the store, sharing what it holds. */
import type { Kind } from '#api/kind.ts';
import type { ListOptions } from '#api/verbs.ts';
import { type Backend, RevisionCompactedError, type Snapshot } from '#store/backend.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import type { Stored, StoredList, Target } from './core.ts';
import { badRequest, continueTooOld, notFound } from './errors.ts';
import { type Filter, filterOf } from './filter.ts';
import { after, endOf, keyFor, prefixOf } from './keys.ts';
import type { Codecs } from './reader.ts';
import { parseRevision, snapshotFor, snapshotNotOlder } from './revision.ts';

export class Reading {
  readonly #backend: Backend;
  readonly #codecs: Codecs;

  constructor(backend: Backend, codecs: Codecs) {
    this.#backend = backend;
    this.#codecs = codecs;
  }

  get(target: Target, resourceVersion?: string): Stored {
    const { kind, namespace, name = '' } = target;
    const wanted = parseRevision(resourceVersion) ?? 0;
    const entry = snapshotNotOlder(this.#backend, wanted).get(keyFor(kind, namespace, name));
    if (entry === undefined) throw notFound(kind, name);
    return this.#codecs.of(kind).read(entry);
  }

  list(target: Target, options: ListOptions): StoredList {
    const { kind, namespace } = target;
    const filter = filterOf(kind, options);
    const prefix = prefixOf(kind, namespace);
    const single = this.#single(kind, namespace, filter, options);
    if (single) return single;
    const { snapshot, start } = this.#page(prefix, options);
    return this.#collect(kind, snapshot, prefix, start, filter, options.limit ?? 0);
  }

  /** `metadata.name=x` in one place is a look-up, as long as no page or old state is asked for. */
  #single(
    kind: Kind,
    namespace: string | undefined,
    filter: Filter,
    options: ListOptions,
  ): StoredList | undefined {
    const name = filter.equalities.get('metadata.name');
    if (!name || options.continue || (kind.namespaced && !namespace)) return undefined;
    const snapshot = snapshotFor(this.#backend, options);
    const entry = snapshot.get(keyFor(kind, namespace, name));
    const item = entry && this.#codecs.of(kind).read(entry);
    return {
      items: item && filter.matches(item.object) ? [item] : [],
      resourceVersion: String(snapshot.revision),
    };
  }

  #page(prefix: string, options: ListOptions): { snapshot: Snapshot; start: string } {
    if (!options.continue) return { snapshot: snapshotFor(this.#backend, options), start: prefix };
    if (options.resourceVersion && options.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const { revision, start } = decodeContinue(options.continue);
    try {
      return { snapshot: this.#backend.snapshot(revision), start: prefix + start };
    } catch (error) {
      if (!(error instanceof RevisionCompactedError)) throw error;
      throw continueTooOld(encodeContinue({ revision: undefined, start }));
    }
  }

  #collect(
    kind: Kind,
    snapshot: Snapshot,
    prefix: string,
    start: string,
    filter: Filter,
    limit: number,
  ): StoredList {
    const codec = this.#codecs.of(kind);
    const end = endOf(prefix);
    const items: Stored[] = [];
    let last: string | undefined;
    for (const entry of snapshot.range(start, end)) {
      if (limit > 0 && items.length === limit) {
        return this.#more(snapshot, items, after(last ?? start), prefix, filter);
      }
      last = entry.key;
      const item = codec.read(entry);
      if (filter.everything || filter.matches(item.object)) items.push(item);
    }
    return { items, resourceVersion: String(snapshot.revision) };
  }

  /** How many follow is known only where every object matches, as in Kubernetes. */
  #more(
    snapshot: Snapshot,
    items: Stored[],
    next: string,
    prefix: string,
    filter: Filter,
  ): StoredList {
    return {
      items,
      resourceVersion: String(snapshot.revision),
      continue: encodeContinue({ revision: snapshot.revision, start: next.slice(prefix.length) }),
      remainingItemCount: filter.everything ? snapshot.count(next, endOf(prefix)) : undefined,
    };
  }
}
