/**
 * What the record log's two halves say to each other, and how a row looks in bytes: in the log's
 * segments, and on the way from the thread at open.
 */
export interface RecordRow {
  readonly revision: number;
  /** Place among the rows of one revision. */
  readonly position: number;
  readonly key: string;
  readonly createRevision: number;
  /** Wall clock milliseconds. */
  readonly deadline: number | undefined;
  /** Absent: the key was deleted. */
  readonly bytes: Uint8Array | undefined;
}

/** revision, created, deadline (NaN: none): f64; position, length of key: u32; length of bytes (-1: deleted): i32. */
const rowHead = 36;

export function sizeOfRows(rows: readonly RecordRow[]): number {
  let size = 0;
  for (const { key, bytes } of rows) {
    size += rowHead + Buffer.byteLength(key) + (bytes?.length ?? 0);
  }
  return size;
}

/** Into `buffer` from `offset`, where `sizeOfRows` has room. */
export function writeRows(rows: readonly RecordRow[], buffer: Buffer, offset: number): void {
  let at = offset;
  for (const { revision, createRevision, deadline, position, key, bytes } of rows) {
    const keyLength = buffer.write(key, at + rowHead);
    buffer.writeDoubleLE(revision, at);
    buffer.writeDoubleLE(createRevision, at + 8);
    buffer.writeDoubleLE(deadline ?? Number.NaN, at + 16);
    buffer.writeUInt32LE(position, at + 24);
    buffer.writeUInt32LE(keyLength, at + 28);
    buffer.writeInt32LE(bytes ? bytes.length : -1, at + 32);
    at += rowHead + keyLength;
    if (!bytes) continue;
    buffer.set(bytes, at);
    at += bytes.length;
  }
}

/** The rows' bytes are views into `buffer`: it lives as long as one of them. */
export function* readRows(buffer: Buffer<ArrayBuffer>): Generator<RecordRow, void> {
  for (let at = 0; at < buffer.length; ) {
    const keyAt = at + rowHead;
    const bytesAt = keyAt + buffer.readUInt32LE(at + 28);
    const length = buffer.readInt32LE(at + 32);
    const deadline = buffer.readDoubleLE(at + 16);
    const end = bytesAt + Math.max(0, length);
    yield {
      revision: buffer.readDoubleLE(at),
      createRevision: buffer.readDoubleLE(at + 8),
      deadline: Number.isNaN(deadline) ? undefined : deadline,
      position: buffer.readUInt32LE(at + 24),
      key: buffer.toString('utf8', keyAt, bytesAt),
      bytes: length < 0 ? undefined : plain(buffer.subarray(bytesAt, end)),
    };
    at = end;
  }
}

/** Not a Buffer: who keeps it must not find other methods on it than on what was committed. */
function plain({ buffer, byteOffset, length }: Buffer<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

export interface DeadRecord {
  readonly key: string;
  readonly revision: number;
}

/** Records of one segment of the log, from one offset to another. */
export interface LogRange {
  readonly segment: number;
  readonly from: number;
  readonly to: number;
}

export type Request =
  | { readonly type: 'absorb'; readonly range: LogRange }
  | { readonly type: 'forget'; readonly compacted: number; readonly dead: readonly DeadRecord[] }
  | { readonly type: 'close' };

export type Problem = 'in-use' | 'newer-format' | 'damaged' | 'unreadable' | 'full' | 'failed';

export interface Failure {
  readonly problem: Problem;
  readonly message: string;
  /** Trying again on the same open file is not safe. */
  readonly permanent: boolean;
}

/** Offsets: up to where a segment holds records, and up to where they are in the SQLite file, too. */
export interface SegmentFill {
  readonly written: number;
  readonly absorbed: number;
}

/** Where the log goes on: its records carry the salt, and numbers that follow `sequence`. */
export interface LogStart {
  readonly salt: number;
  readonly sequence: number;
  /** By the numbers of `segmentNames`. */
  readonly segments: readonly SegmentFill[];
  /** The segment that is written to. */
  readonly active: number;
}

export interface Opened extends LogStart {
  readonly compacted: number;
}

export type Answer =
  | { readonly type: 'rows'; readonly rows: Uint8Array<ArrayBuffer> }
  | ({ readonly type: 'opened' } & Opened)
  | { readonly type: 'done'; readonly request: number }
  | { readonly type: 'refused'; readonly request: number; readonly failure: Failure }
  | { readonly type: 'open-failed'; readonly failure: Failure };

export interface WorkerData {
  readonly directory: string;
  /** Revision of an empty log. */
  readonly firstRevision: number;
  readonly lockWaitMs: number;
}

export const fileName = 'store.db';
export const segmentNames = ['store-0.log', 'store-1.log'] as const;

/** "gntr": tells the file from those of other programs. */
export const applicationId = 0x676e7472;
/** 1: everything in one SQLite file. 2: the newest versions in a log before it. */
export const formatVersion = 2;

/** A row's number is revision × this + position, so that rows stand in the file in the order of commits. */
export const rowsPerRevisionMax = 1024;
