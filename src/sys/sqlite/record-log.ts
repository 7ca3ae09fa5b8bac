/**
 * A durable log of versions: rows go in by revision, and come back in that order when the log is
 * opened. The event loop packs, and the rest is done on other threads: what is new goes to a log
 * (`log-writer.ts`), and from there into a SQLite file (`record-file.ts`).
 * It knows numbers, keys and bytes, and nothing of what they mean.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { wordsOf } from '#base/words.ts';
import { LogWriter } from './log-writer.ts';
import {
  type Answer,
  type DeadRecord,
  type Failure,
  type Opened,
  type Problem,
  type RecordRow,
  type Request,
  readRows,
  type WorkerData,
} from './record-format.ts';
import { failureOf } from './sqlite-failure.ts';

export type { DeadRecord, Problem, RecordRow } from './record-format.ts';
export { rowsPerRevisionMax } from './record-format.ts';

export class RecordLogError extends Error {
  override readonly name = 'RecordLogError';
  readonly problem: Problem;
  /** The log must be opened anew before it takes anything again. */
  readonly permanent: boolean;

  constructor({ problem, message, permanent }: Failure) {
    super(message);
    this.problem = problem;
    this.permanent = permanent;
  }
}

export interface RecordLogOptions {
  /** Made when missing, for the owner only. */
  readonly directory: string;
  /** What an empty log calls compacted. */
  readonly firstRevision: number;
  /** How long to wait for another process that holds the directory (it may be about to end). */
  readonly lockWaitMs?: number | undefined;
}

export interface RecordLog {
  /** Resolves when the rows are on disk. All or nothing; requests are served in order. */
  append(rows: readonly RecordRow[]): Promise<void>;
  /** Deletes versions and remembers up to where history is gone, in one step. */
  forget(compacted: number, dead: readonly DeadRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedRecordLog {
  readonly log: RecordLog;
  readonly compacted: number;
}

type Waiter = PromiseWithResolvers<void>;

class WorkerLog implements RecordLog {
  readonly #worker: Worker;
  readonly #writer: LogWriter;
  /** By number of the request: the worker counts as well. */
  readonly #waiting = new Map<number, Waiter>();
  #requests = 0;
  #absorbing: Promise<void> | undefined;
  #ended: RecordLogError | undefined;

  constructor(worker: Worker, writer: LogWriter) {
    this.#worker = worker;
    this.#writer = writer;
  }

  async append(rows: readonly RecordRow[]): Promise<void> {
    if (this.#ended) throw this.#ended;
    if (this.#writer.isBehind) await this.#absorb(false);
    try {
      await this.#writer.append(rows);
    } catch (error) {
      throw new RecordLogError(failureOf(error, this.#writer.path));
    }
    // One that fails is tried again with the next append: nothing is lost by it, and the log grows meanwhile.
    if (this.#writer.toAbsorb(false)) this.#absorb(false).catch(() => undefined);
  }

  async forget(compacted: number, dead: readonly DeadRecord[]): Promise<void> {
    // What is to be deleted may still stand in the log only.
    await this.#absorb(true);
    await this.#ask({ type: 'forget', compacted, dead });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    // What cannot be absorbed now, on a full disk for example, is found in the log by the next open.
    await this.#absorb(true).catch(() => undefined);
    await this.#ask({ type: 'close' });
    this.#writer.close();
    await this.#worker.terminate();
  }

  answered(answer: Answer): void {
    if (answer.type !== 'done' && answer.type !== 'refused') return;
    const waiter = this.#waiting.get(answer.request);
    this.#waiting.delete(answer.request);
    if (answer.type === 'done') waiter?.resolve();
    else waiter?.reject(new RecordLogError(answer.failure));
  }

  ended(error: RecordLogError): void {
    this.#ended ??= error;
    for (const waiter of this.#waiting.values()) waiter.reject(this.#ended);
    this.#waiting.clear();
  }

  /** Full segments, or (`all`) everything that is in the log now. One range at a time, in order. */
  async #absorb(all: boolean): Promise<void> {
    while (this.#absorbing) await this.#absorbing;
    const range = this.#writer.toAbsorb(all);
    if (!range) return;
    this.#absorbing = this.#ask({ type: 'absorb', range })
      .then(() => this.#writer.absorbed(range))
      .finally(() => (this.#absorbing = undefined));
    await this.#absorbing;
    await this.#absorb(all);
  }

  #ask(request: Request): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    const waiter: Waiter = Promise.withResolvers();
    this.#waiting.set(this.#requests++, waiter);
    this.#worker.postMessage(request);
    return waiter.promise;
  }
}

function workerEnded(why: string): RecordLogError {
  return new RecordLogError({
    problem: 'failed',
    message: `the thread of the store file ended (${why}): restart the program`,
    permanent: true,
  });
}

/** Beside this file, in the same form: source, or put together by the launcher. */
const workerFile = `./record-worker${extname(import.meta.url)}`;

/** Calls `row` for every remembered row in order, then resolves. Rejects with `RecordLogError`. */
export function openRecordLog(
  options: RecordLogOptions,
  row: (row: RecordRow) => void,
): Promise<OpenedRecordLog> {
  const data: WorkerData = {
    directory: options.directory,
    firstRevision: options.firstRevision,
    lockWaitMs: options.lockWaitMs ?? 1000,
  };
  const worker = new Worker(new URL(workerFile, import.meta.url), { workerData: data });
  let log: WorkerLog | undefined;
  const opened = Promise.withResolvers<OpenedRecordLog>();
  const takeOver = ({ compacted, ...start }: Opened): void => {
    try {
      log = new WorkerLog(worker, new LogWriter(options.directory, start));
      opened.resolve({ log, compacted });
    } catch (error) {
      opened.reject(new RecordLogError(failureOf(error, options.directory)));
    }
  };
  worker.on('message', (answer: Answer) => {
    if (answer.type === 'rows') {
      const { buffer, byteOffset, length } = answer.rows;
      for (const each of readRows(Buffer.from(buffer, byteOffset, length))) row(each);
    } else if (answer.type === 'opened') takeOver(answer);
    else if (answer.type === 'open-failed') {
      opened.reject(new RecordLogError(answer.failure));
    } else log?.answered(answer);
  });
  const end = (why: string): void => {
    const error = workerEnded(why);
    log?.ended(error);
    opened.reject(error);
  };
  worker.on('error', (error) => end(wordsOf(error)));
  worker.on('exit', (code) => end(`exit code ${code}`));
  return opened.promise;
}
