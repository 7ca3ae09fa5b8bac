/**
 * Keeps a cache of one kind fresh from a watch, and tells listeners what changed.
 *
 * Promises: listeners see every object's changes in the order of its revisions, may miss states in
 * between (after a reconnection only the last one is seen), and never see an older state after a
 * newer one. Own writes are put in ahead of the watch (`observe`), so whoever wrote reads it back at
 * once; the watch's later report of the same revision is not told again.
 */
import type { Kind } from '#api/kind.ts';
import { collectionOf } from '#api/kind.ts';
import { keyOf, type KubeObject } from '#api/object.ts';
import type { SelectOptions, Verbs, Watch, WatchEventType } from '#api/verbs.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { isStatusError, type StatusError } from '#base/status-error.ts';
import { LruMap } from '#base/lru-map.ts';
import { ObjectCache } from './object-cache.ts';

export interface InformerOptions extends SelectOptions {
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
}

/** `previous` absent: new; `next` absent: gone. Must be quick and must not throw. */
export type Listener<T> = (previous: T | undefined, next: T | undefined) => void;

const reconnectMs = { first: 50, max: 30_000 };
const initialEventsEnd = 'k8s.io/initial-events-end';

export class Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly cache = new ObjectCache<T>();
  readonly #options: InformerOptions;
  readonly #listeners = new Set<Listener<T>>();
  readonly #whenSynced: (() => void)[] = [];
  /** Monotonic milliseconds of each key's last change; kept when somebody asked for it. */
  #changes: Map<string, number> | undefined;
  /** The same for keys that have gone, the last ones. */
  readonly #gone = new LruMap<string, number>(4096);
  /** Objects deleted by us whose end the watch has not told yet: it may still tell older news of them. */
  readonly #deleted = new Set<string>();
  #watch: Watch | undefined;
  #timer: Timer | undefined;
  /** Where to go on; absent: start from the whole state. */
  #revision: string | undefined;
  /** Keys told since the whole state was asked for; absent when not in the middle of that. */
  #initial: Set<string> | undefined;
  #synced = false;
  #failures = 0;
  #stopped = false;

  constructor(kind: Kind<T>, options: InformerOptions) {
    this.kind = kind;
    this.#options = options;
  }

  /** The cache holds a whole state, if an old one. Never becomes false again. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Ends when the first whole state is there. */
  whenSynced(): Promise<void> {
    if (this.#synced) return Promise.resolve();
    return new Promise((resolve) => this.#whenSynced.push(resolve));
  }

  /** In the middle of hearing of all there is: those that have gone are told of last. Ends with that. */
  whenWhole(): Promise<void> | undefined {
    if (this.#initial === undefined) return undefined;
    return new Promise((resolve) => this.#whenSynced.push(resolve));
  }

  start(): void {
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#watch?.close();
    this.#timer?.cancel();
    for (const resolve of this.#whenSynced.splice(0)) resolve();
  }

  /** Hears of all objects that are there, then of changes. */
  listen(listener: Listener<T>): () => void {
    for (const object of this.cache.list()) listener(undefined, object);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  rememberChanges(): void {
    if (this.#changes !== undefined) return;
    const now = this.#options.clock.monotonic();
    this.#changes = new Map([...this.cache.keys()].map((key) => [key, now]));
  }

  /** In the wall clock's milliseconds as it goes now: somebody may have set it since. */
  changedAt(key: string): number | undefined {
    const { clock } = this.#options;
    const at = this.#changes?.get(key) ?? this.#gone.get(key);
    return at === undefined ? undefined : clock.now() - (clock.monotonic() - at);
  }

  /** What a write or a live read answered. Older than what is known: ignored. */
  observe(object: T): void {
    if (!this.#covers(object)) return;
    const known = this.cache.get(keyOf(object));
    if (known !== undefined && !isNewer(object, known)) return;
    if (known === undefined && this.#hasToldUpTo(object)) return;
    if (this.#deleted.has(object.metadata.uid ?? '')) return;
    this.#put(object);
  }

  /** The object of this name and uid is gone from the server. */
  observeDeletion(key: string, uid: string | undefined): void {
    const known = this.cache.get(key);
    if (known === undefined || (uid !== undefined && known.metadata.uid !== uid)) return;
    if (known.metadata.uid !== undefined) this.#deleted.add(known.metadata.uid);
    this.#remove(key);
  }

  /** The watch is past that revision: what it no longer shows has been deleted in the meantime. */
  #hasToldUpTo(object: T): boolean {
    if (this.#revision === undefined || this.#initial !== undefined) return false;
    return Number(object.metadata.resourceVersion ?? 0) <= Number(this.#revision);
  }

  #covers(object: T): boolean {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    if (labelSelector !== undefined || fieldSelector !== undefined) {
      return this.cache.get(keyOf(object)) !== undefined;
    }
    return namespace === undefined || object.metadata.namespace === namespace;
  }

  #open(): void {
    if (this.#stopped) return;
    const fresh = this.#revision === undefined;
    if (fresh) this.#initial = new Set();
    const { verbs, namespace, labelSelector, fieldSelector } = this.#options;
    const from = fresh ? { sendInitialEvents: true } : { resourceVersion: this.#revision };
    this.#watch = verbs.watch(
      collectionOf(this.kind, namespace),
      { ...from, allowWatchBookmarks: true, labelSelector, fieldSelector },
      {
        event: (type, object) => this.#event(type, object as T),
        closed: (error) => this.#closed(error),
      },
    );
  }

  #event(type: WatchEventType, object: T): void {
    this.#failures = 0;
    if (type === 'BOOKMARK') {
      if (object.metadata.annotations?.[initialEventsEnd] === 'true') this.#endOfInitial(object);
      if (this.#initial === undefined) this.#revision = object.metadata.resourceVersion;
      return;
    }
    if (this.#initial === undefined) this.#revision = object.metadata.resourceVersion;
    const key = keyOf(object);
    if (type === 'DELETED') {
      this.#deleted.delete(object.metadata.uid ?? '');
      this.#deletedByWatch(key, object);
      return;
    }
    this.#initial?.add(key);
    if (this.#deleted.has(object.metadata.uid ?? '')) return;
    const known = this.cache.get(key);
    if (known === undefined || isNewer(object, known)) this.#put(object);
  }

  /** A name may have been taken again by a newer object, which an own write put in already. */
  #deletedByWatch(key: string, object: T): void {
    const known = this.cache.get(key);
    if (known === undefined) return;
    if (known.metadata.uid !== object.metadata.uid && isNewer(known, object)) return;
    this.#remove(key);
  }

  /** What the whole state did not hold has gone, unless we wrote it after that state was taken. */
  #endOfInitial(bookmark: T): void {
    const seen = this.#initial;
    this.#initial = undefined;
    if (seen === undefined) return;
    this.#deleted.clear();
    for (const object of this.cache.list()) {
      const key = keyOf(object);
      if (!seen.has(key) && !isNewer(object, bookmark)) this.#remove(key);
    }
    this.#synced = true;
    for (const resolve of this.#whenSynced.splice(0)) resolve();
  }

  #closed(error: StatusError | undefined): void {
    this.#watch = undefined;
    if (this.#stopped) return;
    if (
      this.#initial !== undefined ||
      isStatusError(error, 'Expired') ||
      isStatusError(error, 'Gone')
    ) {
      this.#revision = undefined;
    }
    const { random, timers, logger } = this.#options;
    if (error !== undefined) {
      logger.warn('a watch ended', {
        resource: this.kind.resource,
        reason: error.reason,
        error: error.message,
      });
    }
    const longest = Math.min(
      reconnectMs.max,
      reconnectMs.first * 2 ** Math.min(this.#failures, 20),
    );
    this.#failures++;
    this.#timer = timers.after(longest * (0.5 + random.fraction() / 2), () => this.#open());
  }

  #put(object: T): void {
    const previous = this.cache.set(object);
    this.#changes?.set(keyOf(object), this.#options.clock.monotonic());
    for (const listener of this.#listeners) listener(previous, object);
  }

  #remove(key: string): void {
    const previous = this.cache.delete(key);
    if (previous === undefined) return;
    if (this.#changes?.delete(key) === true) this.#gone.set(key, this.#options.clock.monotonic());
    for (const listener of this.#listeners) listener(previous, undefined);
  }
}

/** Revisions of one store are comparable as numbers (KEP-5504). */
function isNewer(a: KubeObject, b: KubeObject): boolean {
  return Number(a.metadata.resourceVersion ?? 0) > Number(b.metadata.resourceVersion ?? 0);
}
