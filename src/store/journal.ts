/**
 * Where commits become durable. The core decides everything (revisions, preconditions, order) and
 * keeps all state in memory; a journal only remembers. A driver is a journal plus the way to read it
 * back.
 */
import type { Change, Entry } from './backend.ts';

/** One commit as the core made it. */
export interface Committed {
  readonly revision: number;
  /** At least one; each key at most once. */
  readonly changes: readonly Change[];
  /** Wall clock milliseconds at which the store deletes the key, for the keys that have one. */
  readonly deadlines: ReadonlyMap<string, number> | undefined;
}

/** The version of a key, a deletion included, that nothing can read any more. */
export interface DeadVersion {
  readonly key: string;
  readonly revision: number;
}

export interface Journal {
  /**
   * Durable when it resolves, all or none. The core never calls it while a call is under way.
   * Rejects with `JournalError`; then nothing of it may come back after a restart, or all of it.
   */
  append(commits: readonly Committed[]): Promise<void>;
  /** History before `compacted` will not be asked for again. May overlap with `append`. */
  forget(compacted: number, dead: readonly DeadVersion[]): Promise<void>;
  /** Called once, when nothing is under way. */
  close(): Promise<void>;
}

export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** The journal will not take anything any more; the process must open it anew. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.permanent = permanent;
  }
}

/** What a journal remembered: the state at `compacted`, and each commit since. */
export interface Remembered {
  readonly compacted: number;
  /** Sorted by key; live at `compacted`. */
  readonly entries: readonly Entry[];
  /** In revision order. */
  readonly commits: readonly Committed[];
  /** For `entries`; those of later commits stand with them. */
  readonly deadlines: ReadonlyMap<string, number>;
}

/** As etcd: the first commit has revision 2, so that "0" stays free to mean "any". */
export const firstRevision = 1;

export const nothingRemembered: Remembered = {
  compacted: firstRevision,
  entries: [],
  commits: [],
  deadlines: new Map(),
};
