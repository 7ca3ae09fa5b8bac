/**
 * The changes of one kind, read from the store once however many watch. A watcher that starts in the
 * past reads its own way through the store's history until it meets the feed, and joins it there:
 * `Watcher.after` makes sure that nothing is lost or told twice at the seam.
 */
import type { Kind } from '#api/kind.ts';
import { assert } from '#base/assert.ts';
import { StatusError } from '#base/status-error.ts';
import {
  type Backend,
  type Change,
  RevisionCompactedError,
  type StoreSink,
  type StoreWatch,
} from '#store/backend.ts';
import { revisionTooOld } from './errors.ts';
import { namespaceIn, prefixOf } from './keys.ts';
import type { Codec, Codecs } from './reader.ts';
import type { FeedChange, Watcher } from './watcher.ts';
import { WatcherIndex } from './watcher-index.ts';

export class Feed {
  readonly kind: Kind;
  readonly watchers: WatcherIndex;
  readonly #backend: Backend;
  readonly #codec: Codec;
  readonly #prefix: string;
  readonly #replays = new Map<Watcher, StoreWatch>();
  /** Everything of this kind up to here has gone to the watchers. */
  #position: number;
  #source: StoreWatch | undefined;

  constructor(kind: Kind, backend: Backend, codecs: Codecs) {
    this.kind = kind;
    this.watchers = new WatcherIndex(kind);
    this.#backend = backend;
    this.#codec = codecs.of(kind);
    this.#prefix = prefixOf(kind);
    this.#position = backend.revision;
  }

  /** Throws Expired when the watcher's past is no longer kept. */
  join(watcher: Watcher): void {
    if (this.#source === undefined) this.#open();
    if (watcher.after >= this.#position) this.watchers.add(watcher);
    else this.#replay(watcher);
  }

  leave(watcher: Watcher): void {
    this.watchers.remove(watcher);
    this.#replays.get(watcher)?.close();
    this.#replays.delete(watcher);
    this.#closeIfIdle();
  }

  /**
   * Takes in watchers that met no change on their way. To be called from a turn of its own: the
   * store replays the past within microtasks after `watch`, so they have seen all there is.
   */
  settle(): void {
    for (const [watcher, replay] of this.#replays) {
      replay.close();
      this.watchers.add(watcher);
    }
    this.#replays.clear();
  }

  #closeIfIdle(): void {
    if (this.watchers.size > 0 || this.#replays.size > 0) return;
    this.#source?.close();
    this.#source = undefined;
  }

  #open(): void {
    this.#position = this.#backend.revision;
    const sink: StoreSink = {
      changes: (changes) => this.#deliver(changes),
      closed: () => this.#endAll(),
    };
    this.#source = this.#backend.watch(this.#prefix, sink, this.#position);
  }

  #replay(watcher: Watcher): void {
    const { after } = watcher;
    const sink: StoreSink = {
      changes: (changes) => {
        const revision = revisionOf(changes);
        watcher.deliver(
          revision,
          changes.map((change) => this.#shared(change)),
        );
        if (!this.#replays.has(watcher) || revision < this.#position) return;
        this.#replays.get(watcher)?.close();
        this.#replays.delete(watcher);
        this.watchers.add(watcher);
      },
      closed: (reason) => {
        this.#replays.delete(watcher);
        watcher.end(reason === 'compacted' ? this.#tooOld(after) : closing());
        this.#closeIfIdle();
      },
    };
    try {
      this.#replays.set(watcher, this.#backend.watch(this.#prefix, sink, after));
    } catch (error) {
      this.#closeIfIdle();
      if (error instanceof RevisionCompactedError) throw this.#tooOld(after);
      throw error;
    }
  }

  #deliver(changes: readonly Change[]): void {
    const revision = revisionOf(changes);
    this.#position = revision;
    const [first] = changes;
    if (changes.length === 1 && first) {
      const change = this.#shared(first);
      const one = [change];
      for (const watcher of this.watchers.concernedBy(change)) watcher.deliver(revision, one);
      return;
    }
    // A commit of several keys: each watcher gets all of its own in one call, in the commit's order.
    const perWatcher = new Map<Watcher, FeedChange[]>();
    for (const change of changes.map((each) => this.#shared(each))) {
      for (const watcher of this.watchers.concernedBy(change)) {
        const own = perWatcher.get(watcher);
        if (own) own.push(change);
        else perWatcher.set(watcher, [change]);
      }
    }
    for (const [watcher, own] of perWatcher) watcher.deliver(revision, own);
  }

  #shared({ revision, key, current, previous }: Change): FeedChange {
    const codec = this.#codec;
    return {
      revision,
      namespace: this.kind.namespaced ? namespaceIn(key, this.#prefix) : '',
      current: current && codec.read(current),
      previous: previous && codec.read(previous),
      gone: () => {
        assert(previous !== undefined, 'what was never there cannot go');
        return codec.readLast(previous, revision);
      },
    };
  }

  #tooOld(after: number): StatusError {
    return revisionTooOld(after, this.#backend.compactedRevision);
  }

  #endAll(): void {
    this.#source = undefined;
    const all = [...this.watchers, ...this.#replays.keys()];
    for (const watcher of all) {
      this.watchers.remove(watcher);
      watcher.end(closing());
    }
  }
}

function revisionOf(changes: readonly Change[]): number {
  const [first] = changes;
  assert(first !== undefined, 'the store calls with changes only');
  return first.revision;
}

function closing(): StatusError {
  return new StatusError('ServiceUnavailable', 'the server is shutting down');
}
