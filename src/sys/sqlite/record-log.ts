/**
 * A durable log of versions: rows go in by revision, and come back in that order when the log is
 * opened. SQLite and fsync run on a thread of their own; the event loop only packs and hands over.
 * It knows numbers, keys and bytes, and nothing of what they mean.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  type Answer,
  buffersOf,
  type DeadRecord,
  type Failure,
  packRows,
  type Problem,
  type RecordRow,
  type Request,
  unpackRows,
  type WorkerData,
} from './record-format.ts';

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
  /** By number of the request: the worker counts as well. */
  readonly #waiting = new Map<number, Waiter>();
  #requests = 0;
  #ended: RecordLogError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  append(rows: readonly RecordRow[]): Promise<void> {
    const packed = packRows(rows);
    return this.#ask({ type: 'append', rows: packed }, buffersOf(packed));
  }

  forget(compacted: number, dead: readonly DeadRecord[]): Promise<void> {
    return this.#ask({ type: 'forget', compacted, dead });
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    await this.#ask({ type: 'close' });
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

  #ask(request: Request, transfer: ArrayBuffer[] = []): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended);
    const waiter: Waiter = Promise.withResolvers();
    this.#waiting.set(this.#requests++, waiter);
    this.#worker.postMessage(request, transfer);
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
  const log = new WorkerLog(worker);
  const opened = Promise.withResolvers<OpenedRecordLog>();
  worker.on('message', (answer: Answer) => {
    if (answer.type === 'rows') {
      for (const each of unpackRows(answer.rows)) row(each);
    } else if (answer.type === 'opened') {
      opened.resolve({ log, compacted: answer.compacted });
    } else if (answer.type === 'open-failed') {
      opened.reject(new RecordLogError(answer.failure));
    } else log.answered(answer);
  });
  const end = (why: string): void => {
    const error = workerEnded(why);
    log.ended(error);
    opened.reject(error);
  };
  worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => end(`exit code ${code}`));
  return opened.promise;
}
