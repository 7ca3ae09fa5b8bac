/**
 * One SQLite file that holds versions in the order of commits, and before it a log in two segments.
 * An append is durable in the log; what a segment holds is absorbed into the SQLite file by the
 * thousand, and versions that nobody can read any more are deleted there in portions. Blocks while
 * it works: for the worker thread.
 *
 * Why two: a commit of SQLite costs more system calls and, since it fsyncs and does not fdatasync,
 * now and then a commit of the file system's own journal. Measured, one writer: 0.25 ms with SQLite
 * on a thread, 0.15 ms with the log.
 * The exclusive lock is held from open to close, and guards the segments as well.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { systemRandom } from '../random.ts';
import { decodeRecord, type FoundLog, findLog, type LogRecord } from './log-record.ts';
import {
  applicationId,
  type DeadRecord,
  fileName,
  formatVersion,
  type LogRange,
  type Opened,
  type RecordRow,
  readRows,
  rowsPerRevisionMax,
  segmentNames,
  sizeOfRows,
  type WorkerData,
  writeRows,
} from './record-format.ts';
import { RecordLogProblem } from './sqlite-failure.ts';
import { createPrivate, makeRoom, readRange, release } from './store-files.ts';

const rowsPerChunk = 2000;
const bytesPerChunk = 1024 * 1024;
/** id, key, created, deadline, bytes, checksum: as an array, which node:sqlite makes faster than an object. */
type VersionRow = [number, string, number, number | null, Uint8Array<ArrayBuffer> | null, number];

/** The one row of the table `state`. */
interface State {
  readonly compacted: number;
  /** Number of the last record of the log that is in the table `versions`. */
  readonly absorbed: number;
  /** Of all records of the log. */
  readonly salt: number;
}

function checksumOf(key: string, bytes: Uint8Array | null): number {
  return crc32(bytes ?? '', crc32(key));
}

export class RecordFile {
  readonly path: string;
  readonly opened: Opened;
  readonly #segmentPaths: readonly string[];
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #remove: StatementSync;
  readonly #setCompacted: StatementSync;
  readonly #setAbsorbed: StatementSync;
  /** What the table was found without, and where it stands; until `read` has given it. */
  #inLog: readonly LogRecord[];
  #logBytes: readonly Buffer<ArrayBuffer>[];
  #absorbed: number;

  /** Takes the lock; creates what is missing. Writes nothing when all is there, so that a full disk does not prevent it. */
  constructor({ directory, firstRevision, lockWaitMs }: WorkerData) {
    this.path = join(directory, fileName);
    this.#segmentPaths = segmentNames.map((name) => join(directory, name));
    createPrivate(this.path);
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
      this.#setAbsorbed = this.#database.prepare('UPDATE state SET absorbed = ?');
      for (const path of this.#segmentPaths) {
        createPrivate(path);
        makeRoom(path);
      }
      const { compacted, absorbed, salt } = this.#database
        .prepare('SELECT compacted, absorbed, salt FROM state')
        .get() as unknown as State;
      this.#absorbed = absorbed;
      this.#logBytes = this.#segmentPaths.map((path) => readRange(path, 0, statSync(path).size));
      const { records, start } = this.#findLog(absorbed, salt);
      this.#inLog = records;
      this.opened = { compacted, ...start };
    } catch (error) {
      this.#database.close();
      throw error;
    }
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
    // Format 1 had SQLite's own write-ahead log; with one of ours each byte would be written three times.
    database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL');
    // The lock is taken by the first write, and kept.
    database.exec('BEGIN IMMEDIATE');
    if (empty) {
      database.exec(`
        PRAGMA application_id = ${applicationId};
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
    if (version < 2) {
      database.exec(`
        ALTER TABLE state ADD COLUMN absorbed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE state ADD COLUMN salt INTEGER NOT NULL DEFAULT ${systemRandom.below(2 ** 32)};
        PRAGMA user_version = ${formatVersion};
      `);
    }
    database.exec('COMMIT');
  }

  #findLog(absorbed: number, salt: number): FoundLog {
    const log = findLog(this.#logBytes, salt, absorbed);
    if (log) return log;
    throw new RecordLogProblem(
      'damaged',
      `the log ${this.#segmentPaths.join(', ')} is damaged: something that was written after its record ${absorbed} is not there any more; restore the data directory from a backup, or start with an empty one`,
    );
  }

  /** All rows in the order of commits. Throws at the first that is not what was written. */
  *read(): Generator<Uint8Array<ArrayBuffer>, void> {
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
      yield packed(chunk);
      chunk = [];
      bytesInChunk = 0;
    }
    if (chunk.length > 0) yield packed(chunk);
    for (const { rows } of this.#inLog) yield new Uint8Array(rows);
    this.#inLog = [];
    this.#logBytes.forEach(release);
    this.#logBytes = [];
  }

  /** In the SQLite file when it returns, all or nothing: that part of the log may be written anew. */
  absorb({ segment, from, to }: LogRange): void {
    const path = this.#segmentPaths[segment] as string;
    const bytes = readRange(path, from, to);
    let absorbed = this.#absorbed;
    this.#transaction(() => {
      for (let at = 0; at < bytes.length; ) {
        const record = decodeRecord(bytes, at, this.opened.salt);
        if (record?.sequence !== absorbed + 1) {
          throw new RecordLogProblem(
            'damaged',
            `${path} does not hold what was written at ${from + at}: is the disk sound, and does nobody else write there?`,
          );
        }
        this.#insertRecord(record);
        absorbed = record.sequence;
        at = record.end;
      }
      this.#setAbsorbed.run(absorbed);
    });
    this.#absorbed = absorbed;
    release(bytes);
  }

  #insertRecord({ rows }: LogRecord): void {
    for (const { revision, position, key, createRevision, deadline, bytes } of readRows(rows)) {
      const id = revision * rowsPerRevisionMax + position;
      const content = bytes ?? null;
      const checksum = checksumOf(key, content);
      this.#insert.run(id, key, createRevision, deadline ?? null, content, checksum);
    }
  }

  forget(compacted: number, dead: readonly DeadRecord[]): void {
    this.#transaction(() => {
      for (const { key, revision } of dead) {
        const first = revision * rowsPerRevisionMax;
        this.#remove.run(first, first + rowsPerRevisionMax - 1, key);
      }
      this.#setCompacted.run(compacted);
    });
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
}

function packed(rows: readonly RecordRow[]): Uint8Array<ArrayBuffer> {
  // Of its own, so that it can be handed over.
  const buffer = Buffer.allocUnsafeSlow(sizeOfRows(rows));
  writeRows(rows, buffer, 0);
  return buffer;
}
