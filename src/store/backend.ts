/**
 * The store: an ordered map from key to bytes, with history. It knows keys and bytes, never kinds.
 * One conformance suite (`conformance.ts`) runs over every driver.
 *
 * Promises, for every driver:
 * - Revisions are integers that grow by one per commit, shared by all keys of the commit. A number
 *   that a refused commit had taken is not used again; a commit that changes nothing takes none and
 *   resolves with the newest. An empty store has revision 1, so that "0" can mean "any".
 * - `commit` checks its preconditions and takes its revision in one synchronous step; the promise
 *   resolves when the commit is durable, in revision order. Only then do `snapshot()` and watchers show it.
 * - A watch delivers each commit after `fromRevision` once, in order, without gap. The sink is never
 *   called before `watch` has returned.
 */
export interface Value {
  readonly bytes: Uint8Array;
  /** The owner's decoded form of `bytes` (frozen). Absent after a restart until the owner puts it here. The store never looks. */
  decoded?: unknown;
}

export interface Entry {
  readonly key: string;
  readonly value: Value;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface Snapshot {
  readonly revision: number;
  get(key: string): Entry | undefined;
  /** Keys in [start, end), in order of their UTF-16 code units; costs nothing until iterated. */
  range(start: string, end: string, limit?: number): Iterable<Entry>;
  /** In time logarithmic to the size of the map. */
  count(start: string, end: string): number;
  /** Whether there is no key in [start, end). */
  isEmpty(start: string, end: string): boolean;
}

export type Operation =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly value: Value;
      /** The `modRevision` that the key must have now; 0: must not exist; absent: any. */
      readonly expect?: number | undefined;
      /** The key is deleted by the store this long after the commit. */
      readonly ttlSeconds?: number | undefined;
    }
  | { readonly type: 'delete'; readonly key: string; readonly expect?: number | undefined };

export interface Change {
  readonly revision: number;
  readonly key: string;
  /** Absent: deleted. */
  readonly current: Entry | undefined;
  /** Absent: created. */
  readonly previous: Entry | undefined;
}

export interface StoreSink {
  /** All changes of one commit under the prefix; never called without changes. */
  changes(changes: readonly Change[]): void;
  /** The store is closing or the watch fell behind what is kept. Last call. */
  closed(reason: 'closed' | 'compacted'): void;
}

export interface StoreWatch {
  close(): void;
}

export interface Backend {
  /** The state as all readers see it: the last durable revision, or an older one that is still kept. Throws `RevisionCompactedError` or `RevisionUnknownError`. */
  snapshot(revision?: number): Snapshot;
  /** The state with commits that wait for durability: for read-modify-write only, whose own commit comes after them. */
  head(): Snapshot;
  /** Atomic over all operations. Rejects with `PreconditionError` (nothing written), or `StoreFailedError` when the disk refuses. */
  commit(operations: readonly Operation[]): Promise<number>;
  /** Changes after `fromRevision` (default: the visible revision now). Throws `RevisionCompactedError`. */
  watch(prefix: string, sink: StoreSink, fromRevision?: number): StoreWatch;
  /** When that commit became durable and was shown, by the monotonic clock; absent: not kept, or none had the number. */
  committedAt(revision: number): number | undefined;
  readonly revision: number;
  readonly compactedRevision: number;
  /** Forgets history before `revision`. The driver also does it by itself within its limits. */
  compact(revision: number): Promise<void>;
  /** Waits for what is under way; later calls reject. */
  close(): Promise<void>;
}

export class PreconditionError extends Error {
  override readonly name = 'PreconditionError';
  readonly key: string;
  /** What the key holds at the head. */
  readonly current: Entry | undefined;

  constructor(key: string, current: Entry | undefined) {
    super(`the key ${key} is not as expected: its revision is ${current?.modRevision ?? 0}`);
    this.key = key;
    this.current = current;
  }
}

export class RevisionCompactedError extends Error {
  override readonly name = 'RevisionCompactedError';
}

export class RevisionUnknownError extends Error {
  override readonly name = 'RevisionUnknownError';
}

export class StoreFailedError extends Error {
  override readonly name = 'StoreFailedError';
}

export type StoreOpenReason = 'in-use' | 'newer-format' | 'damaged' | 'unreadable' | 'full';

/** The store cannot start on what it found. The message says what, why, and the cure. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError';
  readonly reason: StoreOpenReason;

  constructor(reason: StoreOpenReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
