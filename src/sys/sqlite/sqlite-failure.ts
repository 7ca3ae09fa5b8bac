/** What went wrong, in words for a person: what, why, and the cure. */
import { wordsOf } from '#base/words.ts';
import type { Failure, Problem } from './record-format.ts';

/** A problem that the log itself found. */
export class RecordLogProblem extends Error {
  override readonly name = 'RecordLogProblem';
  readonly failure: Failure;

  constructor(problem: Problem, message: string) {
    super(message);
    this.failure = { problem, message, permanent: true };
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const primary = {
  perm: 3,
  busy: 5,
  locked: 6,
  readonly: 8,
  ioerr: 10,
  corrupt: 11,
  full: 13,
  cantopen: 14,
  auth: 23,
  notadb: 26,
} as const;

/**
 * After a failed fsync the kernel may have dropped the pages and call them clean: a second fsync
 * that succeeds proves nothing. (SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC)
 */
const fsyncCodes = new Set([1034, 1290]);

function codesOf(error: unknown): { sqlite: number | undefined; system: string | undefined } {
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown };
  return {
    sqlite: typeof errcode === 'number' ? errcode : undefined,
    system: typeof code === 'string' ? code : undefined,
  };
}

export function failureOf(error: unknown, path: string): Failure {
  if (error instanceof RecordLogProblem) return error.failure;
  const { sqlite, system } = codesOf(error);
  const detail = wordsOf(error);
  if (
    system === 'ENOSPC' ||
    system === 'EDQUOT' ||
    (sqlite !== undefined && (sqlite & 255) === primary.full)
  ) {
    return {
      problem: 'full',
      message: `no space is left for ${path} (${detail}): make room on its file system; nothing that was acknowledged is lost`,
      permanent: false,
    };
  }
  if (system === 'EACCES' || system === 'EPERM' || system === 'ENOTDIR' || system === 'EROFS') {
    return unreadable(path, detail);
  }
  switch (sqlite === undefined ? undefined : sqlite & 255) {
    case primary.busy:
    case primary.locked:
      return {
        problem: 'in-use',
        message: `${path} is in use by another process: stop that one first, or choose another data directory (\`fuser ${path}\` names it)`,
        permanent: false,
      };
    case primary.corrupt:
    case primary.notadb:
      return {
        problem: 'damaged',
        message: `${path} is damaged (${detail}): restore the data directory from a backup, or start with an empty one`,
        permanent: true,
      };
    case primary.perm:
    case primary.readonly:
    case primary.cantopen:
    case primary.auth:
      return unreadable(path, detail);
    default:
      return {
        problem: 'failed',
        message: `${path}: ${detail}${sqlite === undefined ? '' : ` (SQLite code ${sqlite})`}`,
        permanent: sqlite === undefined || fsyncCodes.has(sqlite),
      };
  }
}

function unreadable(path: string, detail: string): Failure {
  return {
    problem: 'unreadable',
    message: `${path} cannot be opened for reading and writing (${detail}): check the owner and mode of the file and its directory`,
    permanent: false,
  };
}
