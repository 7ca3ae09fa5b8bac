/**
 * The part that all drivers share: revisions, preconditions, who sees what when, watches, history
 * and expiry. It owns all state and runs on the event loop; the driver's journal only makes commits
 * durable.
 *
 * Two states exist side by side. The *head* has every commit that was accepted; preconditions are
 * judged against it. The *visible* state has every commit that is durable; readers and watchers see
 * only that. When the journal refuses a write, the head falls back to the visible state, and all
 * commits that waited are rejected, since they were judged by what never came to be. Their revisions
 * are not used again, so that nobody can mistake a later version for one that was read from the head.
 *
 * A commit that changes nothing (deletes of absent keys) takes no revision, as in etcd.
 */
import { assert } from '#base/assert.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import { type Logger, silentLogger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import {
  type Backend,
  type Change,
  type Entry,
  type Operation,
  PreconditionError,
  RevisionCompactedError,
  RevisionUnknownError,
  type Snapshot,
  StoreFailedError,
  type StoreSink,
  type StoreWatch,
} from './backend.ts';
import { type Expired, Expiry } from './expiry.ts';
import { History } from './history.ts';
import {
  type Committed,
  type DeadVersion,
  type Journal,
  JournalError,
  nothingRemembered,
  type Remembered,
} from './journal.ts';
import { Tree } from './tree.ts';
import { guarded, type Watcher, WatchHub } from './watch-hub.ts';

export interface CoreOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly remembered?: Remembered | undefined;
  readonly historyRevisions?: number | undefined;
  readonly historyAgeMs?: number | undefined;
  /** What the journal can hold in one commit. */
  readonly operationsPerCommit?: number | undefined;
  readonly log?: Logger | undefined;
}

/** What one journal write carries at most. */
const batchCommits = 4096;
const batchBytes = 16 * 1024 * 1024;
/** Dead versions are handed to the journal in portions of about this many. */
const deadVersionsPerForget = 1000;
/** A key whose deletion failed at its deadline is tried again after this time. */
const expiryRetryMs = 1000;

interface Pending {
  readonly committed: Committed;
  readonly tree: Tree<Entry>;
  readonly done: PromiseWithResolvers<number>;
}

interface Prepared {
  readonly changes: readonly Change[];
  readonly deadlines: ReadonlyMap<string, number> | undefined;
  readonly tree: Tree<Entry>;
}

class TreeSnapshot implements Snapshot {
  readonly revision: number;
  readonly #tree: Tree<Entry>;

  constructor(revision: number, tree: Tree<Entry>) {
    this.revision = revision;
    this.#tree = tree;
  }

  get(key: string): Entry | undefined {
    return this.#tree.get(key);
  }

  range(start: string, end: string, limit?: number): Iterable<Entry> {
    return { [Symbol.iterator]: () => this.#tree.range(start, end, limit) };
  }

  count(start: string, end: string): number {
    return this.#tree.count(start, end);
  }

  isEmpty(start: string, end: string): boolean {
    return this.#tree.first(start, end) === undefined;
  }
}

export class StoreCore implements Backend {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #historyRevisions: number;
  readonly #historyAgeMs: number;
  readonly #operationsPerCommit: number;

  readonly #history: History;
  readonly #hub = new WatchHub();
  readonly #expiry: Expiry;
  /** Watches that wait for their replay. */
  readonly #starting = new Set<Watcher>();

  #headTree: Tree<Entry>;
  #headRevision: number;
  /** Accepted and not durable yet, in revision order. The first `#writing` are with the journal. */
  #pending: Pending[] = [];
  #writing = 0;
  #idle: (() => void) | undefined;

  #ageTimer: Timer | undefined;
  #dead: DeadVersion[] = [];
  #broken: StoreFailedError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CoreOptions) {
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#journal = options.journal;
    this.#log = options.log ?? silentLogger;
    this.#historyRevisions = options.historyRevisions ?? limits.historyRevisions;
    this.#historyAgeMs = options.historyAgeMs ?? limits.historyAgeMs;
    this.#operationsPerCommit = options.operationsPerCommit ?? 1024;
    this.#expiry = new Expiry(this.#clock, this.#timers, (keys) => this.#expire(keys));

    const remembered = options.remembered ?? nothingRemembered;
    this.#history = new History(remembered.compacted, Tree.fromSorted(remembered.entries));
    for (const [key, deadline] of remembered.deadlines) {
      const entry = this.#history.tree.get(key);
      if (entry) this.#expiry.set(key, entry.modRevision, deadline);
    }
    for (const committed of remembered.commits) {
      let tree = this.#history.tree;
      for (const { key, current } of committed.changes) {
        tree = current ? tree.set(current) : tree.delete(key);
      }
      this.#remember(committed, tree);
    }
    this.#headTree = this.#history.tree;
    this.#headRevision = this.#history.revision;
    this.#keepWithinLimits();
  }

  committedAt(revision: number): number | undefined {
    return this.#history.timeOf(revision);
  }

  get revision(): number {
    return this.#history.revision;
  }

  get compactedRevision(): number {
    return this.#history.compacted;
  }

  snapshot(revision: number = this.#history.revision): Snapshot {
    return new TreeSnapshot(revision, this.#history.treeAt(revision));
  }

  head(): Snapshot {
    return new TreeSnapshot(this.#headRevision, this.#headTree);
  }

  commit(operations: readonly Operation[]): Promise<number> {
    if (this.#closing) return Promise.reject(new StoreFailedError('the store is closed'));
    if (this.#broken) return Promise.reject(this.#broken);
    assert(operations.length <= this.#operationsPerCommit, 'a commit has too many operations');
    const prepared = prepare(operations, this.#headTree, this.#headRevision + 1, this.#clock);
    if (prepared instanceof PreconditionError) {
      return this.#afterPending(() => Promise.reject(prepared));
    }
    if (prepared.changes.length === 0) {
      const revision = this.#headRevision;
      return this.#afterPending(() => Promise.resolve(revision));
    }
    this.#headRevision++;
    this.#headTree = prepared.tree;
    const { changes, deadlines, tree } = prepared;
    const done = Promise.withResolvers<number>();
    this.#pending.push({
      committed: { revision: this.#headRevision, changes, deadlines },
      tree,
      done,
    });
    // In a microtask, so that commits of one turn share the first write.
    if (this.#pending.length === 1) void Promise.resolve().then(() => this.#write());
    return done.promise;
  }

  /** Never calls the sink before it has returned, a replay included. */
  watch(prefix: string, sink: StoreSink, fromRevision = this.#history.revision): StoreWatch {
    this.#history.checkKept(fromRevision);
    const watcher: Watcher = { prefix, sink, after: fromRevision };
    if (this.#closing) {
      void Promise.resolve().then(() => guarded(() => sink.closed('closed')));
    } else if (fromRevision >= this.#history.revision) {
      this.#hub.add(watcher);
    } else {
      this.#starting.add(watcher);
      void Promise.resolve().then(() => this.#start(watcher));
    }
    return {
      close: () => {
        if (!this.#starting.delete(watcher)) this.#hub.remove(watcher);
      },
    };
  }

  async compact(revision: number): Promise<void> {
    if (this.#closing) throw new StoreFailedError('the store is closed');
    if (revision > this.#history.revision) {
      throw new RevisionUnknownError(
        `revision ${revision} is in the future: the newest is ${this.#history.revision}`,
      );
    }
    this.#forget(revision);
    try {
      await this.#forgetDead();
    } catch (cause) {
      throw new StoreFailedError(`compaction failed: ${wordsOf(cause)}`, { cause });
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#expiry.close();
    this.#ageTimer?.cancel();
    if (this.#pending.length > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const starting = [...this.#starting];
    this.#starting.clear();
    for (const { sink } of starting) guarded(() => sink.closed('closed'));
    this.#hub.closeAll('closed');
    await this.#forgetDead().catch((error: unknown) => this.#warnForget(error));
    await this.#journal.close();
  }

  /**
   * An answer that was judged by commits which are not durable yet must not be heard before them:
   * whoever reads after it has to find the state that it speaks of.
   */
  #afterPending(answer: () => Promise<number>): Promise<number> {
    const last = this.#pending.at(-1);
    return last ? last.done.promise.then(answer) : answer();
  }

  #write(): void {
    if (this.#writing > 0 || this.#pending.length === 0) return;
    const batch: Committed[] = [];
    let bytes = 0;
    for (const { committed } of this.#pending) {
      if (batch.length >= batchCommits || bytes >= batchBytes) break;
      batch.push(committed);
      for (const { current } of committed.changes) bytes += current?.value.bytes.length ?? 0;
    }
    this.#writing = batch.length;
    this.#journal.append(batch).then(
      () => this.#publish(),
      (error: unknown) => this.#refuse(error),
    );
  }

  #publish(): void {
    const durable = this.#pending.splice(0, this.#writing);
    this.#writing = 0;
    for (const { committed, tree, done } of durable) {
      this.#remember(committed, tree);
      this.#hub.deliver(committed.revision, committed.changes);
      done.resolve(committed.revision);
    }
    this.#keepWithinLimits();
    this.#next();
  }

  #refuse(cause: unknown): void {
    const refused = this.#pending;
    this.#pending = [];
    this.#writing = 0;
    this.#headTree = this.#history.tree;
    const failure = new StoreFailedError(`the write failed: ${wordsOf(cause)}`, { cause });
    if (!(cause instanceof JournalError) || cause.permanent) this.#broken = failure;
    this.#log.error('writes refused', { reason: wordsOf(cause), commits: refused.length });
    for (const { done } of refused) done.reject(failure);
    this.#next();
  }

  #next(): void {
    if (this.#pending.length > 0) this.#write();
    else this.#idle?.();
  }

  /** Makes a durable commit part of the visible state. */
  #remember({ revision, changes, deadlines }: Committed, tree: Tree<Entry>): void {
    this.#history.add(revision, changes, tree, this.#clock.monotonic());
    for (const { key } of changes) {
      const deadline = deadlines?.get(key);
      if (deadline === undefined) this.#expiry.clear(key);
      else this.#expiry.set(key, revision, deadline);
    }
  }

  #start(watcher: Watcher): void {
    // Closed meanwhile, by either side.
    if (!this.#starting.delete(watcher)) return;
    const { prefix, sink } = watcher;
    try {
      this.#history.checkKept(watcher.after);
    } catch (error) {
      assert(error instanceof RevisionCompactedError, 'only compaction can hide the past');
      guarded(() => sink.closed('compacted'));
      return;
    }
    // It joins first: a sink that closes the watch during the replay takes it out again, which ends the replay.
    const from = watcher.after;
    watcher.after = this.#history.revision;
    let closed = false;
    this.#hub.add(watcher);
    for (const changes of this.#history.after(from)) {
      const own = changes.filter(({ key }) => key.startsWith(prefix));
      if (own.length === 0) continue;
      if (closed) return;
      guarded(() => sink.changes(own));
      closed = !this.#hub.has(watcher);
    }
  }

  #expire(keys: readonly Expired[]): void {
    // One commit each: a client that saw half of the changes of a revision could not ask for the rest.
    for (const { key, revision } of keys) {
      this.commit([{ type: 'delete', key, expect: revision }]).catch((error: unknown) => {
        if (error instanceof PreconditionError || this.#closing) return;
        if (this.#history.tree.get(key)?.modRevision !== revision) return;
        this.#expiry.set(key, revision, this.#clock.now() + expiryRetryMs);
      });
    }
  }

  #keepWithinLimits(): void {
    const slack = this.#historyRevisions >>> 6;
    if (this.#history.length > this.#historyRevisions + slack) {
      this.#forget(this.#history.revisionBefore(this.#historyRevisions));
      this.#forgetDeadSoon();
    }
    this.#armAge();
  }

  /** One timer while there is history, none when idle; it fires a little late, so as to forget many revisions at once. */
  #armAge(): void {
    const oldest = this.#history.oldestTime;
    if (oldest === undefined || this.#ageTimer || this.#closing) return;
    const slack = this.#historyAgeMs / 10;
    const delay = Math.max(0, oldest + this.#historyAgeMs - this.#clock.monotonic()) + slack;
    this.#ageTimer = this.#timers.after(delay, () => {
      this.#ageTimer = undefined;
      const old = this.#history.revisionAt(this.#clock.monotonic() - this.#historyAgeMs);
      if (old !== undefined) this.#forget(old);
      this.#forgetDeadSoon(true);
      this.#armAge();
    });
  }

  #forget(revision: number): void {
    for (const { key, current, previous, revision: at } of this.#history.forget(revision)) {
      if (previous) this.#dead.push({ key, revision: previous.modRevision });
      if (!current) this.#dead.push({ key, revision: at });
    }
  }

  #forgetDeadSoon(all = false): void {
    if (this.#dead.length === 0 || (!all && this.#dead.length < deadVersionsPerForget)) return;
    this.#forgetDead().catch((error: unknown) => this.#warnForget(error));
  }

  async #forgetDead(): Promise<void> {
    const dead = this.#dead;
    this.#dead = [];
    const compacted = this.#history.compacted;
    try {
      // In portions, so that commits get their turn between them. The last one may be empty: `compacted` itself counts.
      do {
        await this.#journal.forget(compacted, dead.slice(0, deadVersionsPerForget));
        dead.splice(0, deadVersionsPerForget);
      } while (dead.length > 0);
    } catch (error) {
      this.#dead = [...dead, ...this.#dead];
      throw error;
    }
  }

  #warnForget(error: unknown): void {
    this.#log.warn('compaction failed, it will be tried again', { reason: wordsOf(error) });
  }
}

/** Judges the operations by `tree` and applies them to it. */
function prepare(
  operations: readonly Operation[],
  tree: Tree<Entry>,
  revision: number,
  clock: Clock,
): Prepared | PreconditionError {
  const changes: Change[] = [];
  let deadlines: Map<string, number> | undefined;
  let next = tree;
  for (const operation of operations) {
    const { key } = operation;
    const previous = tree.get(key);
    if (operation.expect !== undefined && operation.expect !== (previous?.modRevision ?? 0)) {
      return new PreconditionError(key, previous);
    }
    if (operation.type === 'delete') {
      if (!previous) continue;
      changes.push({ revision, key, current: undefined, previous });
      next = next.delete(key);
      continue;
    }
    const createRevision = previous?.createRevision ?? revision;
    const current: Entry = { key, value: operation.value, createRevision, modRevision: revision };
    changes.push({ revision, key, current, previous });
    next = next.set(current);
    if (operation.ttlSeconds !== undefined) {
      deadlines ??= new Map();
      deadlines.set(key, clock.now() + operation.ttlSeconds * 1000);
    }
  }
  assert(
    operations.length < 2 || new Set(operations.map(({ key }) => key)).size === operations.length,
    'a commit touches each key once',
  );
  return { changes, deadlines, tree: next };
}
