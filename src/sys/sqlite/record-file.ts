/**
 * One SQLite file that holds a log of versions. Only ever appended to, so that a write is one
 * sequential page or two, and each byte is written once; versions that nobody can read any more are
 * deleted later, in portions. Blocks while it works: for the worker thread.
 *
 * Measured: WAL commits three times as fast as the rollback journal (one fsync instead of three or
 * four), and once more twice as fast when its file need not grow, since an fsync that changes no
 * length spares the file system its own journal. Hence the room that is made for it at open.
 * The exclusive lock is held from open to close, which also spares WAL its shared memory file.
 */
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  applicationId,
  type DeadRecord,
  fileName,
  formatVersion,
  type PackedRows,
  packRows,
  type RecordRow,
  rowsPerRevisionMax,
  unpackRows,
  type WorkerData,
} from './record-format.ts';
import { RecordLogProblem } from './sqlite-failure.ts';

const rowsPerChunk = 2000;
const bytesPerChunk = 1024 * 1024;
/** The WAL is copied back into the file after about this much, or after a quarter of it in a quiet moment. */
const checkpointBytes = 4 * 1024 * 1024;
/** Twice that: frames are larger than the rows in them. */
const walRoomBytes = 8 * 1024 * 1024;

/** id, key, created, deadline, bytes, checksum: as an array, which node:sqlite makes faster than an object. */
type VersionRow = [number, string, number, number | null, Uint8Array<ArrayBuffer> | null, number];

function checksumOf(key: string, bytes: Uint8Array | null): number {
  return crc32(bytes ?? '', crc32(key));
}

export class RecordFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #setCompacted: StatementSync;
  #bytesInWal = 0;

  /** Takes the lock; creates what is missing. */
  constructor({ directory, firstRevision, lockWaitMs }: WorkerData) {
    this.path = join(directory, fileName);
    createPrivate(directory, this.path);
    this.#database = new DatabaseSync(this.path, { timeout: lockWaitMs });
    try {
      this.#prepareFile(firstRevision);
      this.#insert = this.#database.prepare(
        'INSERT INTO versions (id, key, created, deadline, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
      );
      this.#remove = this.#database.prepare(
        'DELETE FROM versions WHERE id BETWEEN ? AND ? AND key = ?',
      );
      this.#setCompacted = this.#database.prepare('UPDATE state SET compacted = ?');
      makeRoom(`${this.path}-wal`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  get compacted(): number {
    return this.#database.prepare('SELECT compacted FROM state').get()?.['compacted'] as number;
  }

  #pragma(name: string): number {
    return this.#database.prepare(`PRAGMA ${name}`).get()?.[name] as number;
  }

  #prepareFile(firstRevision: number): void {
    const database = this.#database;
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    const empty = this.#pragma('schema_version') === 0;
    const application = this.#pragma('application_id');
    const version = this.#pragma('user_version');
    if (!empty && application !== applicationId) {
      throw new RecordLogProblem(
        'unreadable',
        `${this.path} belongs to another program: choose another data directory`,
      );
    }
    if (version > formatVersion) {
      throw new RecordLogProblem(
        'newer-format',
        `${this.path} has format ${version}, and this program reads up to ${formatVersion}: run the version that wrote it, or a later one`,
      );
    }
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // Checkpoints are made by `rest`, not inside of some commit.
    database.exec('PRAGMA wal_autocheckpoint = 0');
    // The lock is taken by the first write, and kept.
    database.exec('BEGIN IMMEDIATE');
    if (empty) {
      database.exec(`
        PRAGMA application_id = ${applicationId};
        PRAGMA user_version = ${formatVersion};
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), compacted INTEGER NOT NULL);
        CREATE TABLE versions (
          id INTEGER PRIMARY KEY,
          key TEXT NOT NULL,
          created INTEGER NOT NULL,
          deadline INTEGER,
          bytes BLOB,
          checksum INTEGER NOT NULL
        );
      `);
      database.prepare('INSERT INTO state (id, compacted) VALUES (1, ?)').run(firstRevision);
    }
    database.exec('COMMIT');
  }

  /** All rows in the order of commits. Throws at the first that is not what was written. */
  *read(): Generator<PackedRows, void> {
    const select = this.#database.prepare(
      'SELECT id, key, created, deadline, bytes, checksum FROM versions ORDER BY id',
    );
    select.setReturnArrays(true);
    let chunk: RecordRow[] = [];
    let bytesInChunk = 0;
    for (const row of select.iterate() as Iterable<unknown> as Iterable<VersionRow>) {
      const [id, key, created, deadline, bytes, checksum] = row;
      if (checksumOf(key, bytes) !== checksum) {
        throw new RecordLogProblem(
          'damaged',
          `${this.path} is damaged: the stored ${key} is not what was written (checksum); restore the data directory from a backup, or start with an empty one`,
        );
      }
      const revision = Math.floor(id / rowsPerRevisionMax);
      const position = id % rowsPerRevisionMax;
      chunk.push({
        revision,
        position,
        key,
        createRevision: created,
        deadline: deadline ?? undefined,
        bytes: bytes ?? undefined,
      });
      bytesInChunk += bytes?.length ?? 0;
      if (chunk.length < rowsPerChunk && bytesInChunk < bytesPerChunk) continue;
      yield packRows(chunk);
      chunk = [];
      bytesInChunk = 0;
    }
    if (chunk.length > 0) yield packRows(chunk);
  }

  /** On disk when it returns, all or nothing. */
  append(rows: PackedRows): void {
    this.#transaction(() => {
      for (const { revision, position, key, createRevision, deadline, bytes } of unpackRows(rows)) {
        const id = revision * rowsPerRevisionMax + position;
        const content = bytes ?? null;
        const checksum = checksumOf(key, content);
        this.#insert.run(id, key, createRevision, deadline ?? null, content, checksum);
      }
    });
    // A transaction writes whole pages: the last of the table, and at times the ones above it.
    this.#bytesInWal += rows.bytes.length + rows.keys.length * 200 + 6000;
    if (this.#bytesInWal >= checkpointBytes) this.#checkpoint();
  }

  forget(compacted: number, dead: readonly DeadRecord[]): void {
    this.#transaction(() => {
      for (const { key, revision } of dead) {
        const first = revision * rowsPerRevisionMax;
        this.#remove.run(first, first + rowsPerRevisionMax - 1, key);
      }
      this.#setCompacted.run(compacted);
    });
    this.#bytesInWal += dead.length * 1000 + 6000;
  }

  /** For quiet moments. */
  rest(): void {
    if (this.#bytesInWal >= checkpointBytes / 4) this.#checkpoint();
  }

  close(): void {
    this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself after some errors.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #checkpoint(): void {
    this.#bytesInWal = 0;
    try {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // What is committed is safe in the WAL; the next checkpoint takes it along.
    }
  }
}

/** For the owner only. Never opens an existing file: closing it again would drop this process' locks on it. */
function createPrivate(directory: string, path: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    chmodSync(path, 0o600);
    return;
  }
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Lengthens the WAL with zeros, behind all that SQLite has in it and trusts. Only under the lock.
 * (The lock is on the main file, so that closing this handle drops nothing.)
 */
function makeRoom(path: string): void {
  const handle = openSync(path, 'r+');
  const { size } = fstatSync(handle);
  try {
    const zeros = new Uint8Array(1024 * 1024);
    for (let at = size; at < walRoomBytes; ) {
      at += writeSync(handle, zeros, 0, Math.min(zeros.length, walRoomBytes - at), at);
    }
    fsyncSync(handle);
  } catch {
    // It is only faster with it.
    ftruncateSync(handle, size);
  } finally {
    closeSync(handle);
  }
}
