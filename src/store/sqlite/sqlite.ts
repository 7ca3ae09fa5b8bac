/**
 * The durable store of one machine: the shared core over a record log in a SQLite file. Acknowledged
 * means fsynced; commits that arrive during a write share the next one.
 */
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import {
  openRecordLog,
  type RecordLog,
  RecordLogError,
  type RecordRow,
  rowsPerRevisionMax,
} from '#sys/sqlite/record-log.ts';
import { type Backend, StoreOpenError } from '../backend.ts';
import { StoreCore } from '../core.ts';
import {
  type Committed,
  type DeadVersion,
  firstRevision,
  type Journal,
  JournalError,
} from '../journal.ts';
import { Recollection } from './recollection.ts';

export interface SqliteStoreOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Holds `store.db`; made when missing. One process at a time. */
  readonly directory: string;
  readonly historyRevisions?: number | undefined;
  readonly historyAgeMs?: number | undefined;
  readonly lockWaitMs?: number | undefined;
  readonly log?: Logger | undefined;
}

class SqliteJournal implements Journal {
  readonly #log: RecordLog;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  async append(commits: readonly Committed[]): Promise<void> {
    await translated(this.#log.append(commits.flatMap(rowsOf)));
  }

  async forget(compacted: number, dead: readonly DeadVersion[]): Promise<void> {
    await translated(this.#log.forget(compacted, dead));
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

async function translated(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (cause) {
    if (!(cause instanceof RecordLogError)) throw cause;
    throw new JournalError(cause.message, cause.permanent, { cause });
  }
}

function rowsOf({ revision, changes, deadlines }: Committed): RecordRow[] {
  return changes.map(({ key, current }, position) => ({
    revision,
    position,
    key,
    createRevision: current?.createRevision ?? 0,
    deadline: deadlines?.get(key),
    bytes: current?.value.bytes,
  }));
}

/** Rejects with `StoreOpenError`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Backend> {
  const { directory, lockWaitMs, ...core } = options;
  const recollection = new Recollection();
  try {
    const { log, compacted } = await openRecordLog(
      { directory, firstRevision, lockWaitMs },
      (row) => recollection.add(row),
    );
    const { remembered, dead } = recollection.finish(compacted);
    const journal = new SqliteJournal(log);
    // Left over by a process that ended between two portions of a compaction.
    if (dead.length > 0) await journal.forget(compacted, dead);
    return new StoreCore({ ...core, journal, remembered, operationsPerCommit: rowsPerRevisionMax });
  } catch (cause) {
    if (!(cause instanceof RecordLogError)) throw cause;
    const reason = cause.problem === 'failed' ? 'unreadable' : cause.problem;
    throw new StoreOpenError(reason, cause.message, { cause });
  }
}
