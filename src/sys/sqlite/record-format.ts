/**
 * What the record log's two halves say to each other, and how the file looks.
 *
 * Rows travel packed: one contiguous buffer that is moved, not copied, and a few flat arrays beside
 * it. (Cloning a view would clone the whole buffer that it looks into.)
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

export interface PackedRows {
  readonly keys: readonly string[];
  readonly revisions: Float64Array<ArrayBuffer>;
  readonly positions: Uint16Array<ArrayBuffer>;
  readonly createRevisions: Float64Array<ArrayBuffer>;
  /** NaN: none. */
  readonly deadlines: Float64Array<ArrayBuffer>;
  /** -1: no bytes at all. */
  readonly lengths: Int32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function packRows(rows: readonly RecordRow[]): PackedRows {
  let total = 0;
  for (const { bytes } of rows) total += bytes?.length ?? 0;
  const packed = {
    keys: rows.map(({ key }) => key),
    revisions: new Float64Array(rows.length),
    positions: new Uint16Array(rows.length),
    createRevisions: new Float64Array(rows.length),
    deadlines: new Float64Array(rows.length),
    lengths: new Int32Array(rows.length),
    bytes: new Uint8Array(total),
  };
  let offset = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as RecordRow;
    packed.revisions[at] = row.revision;
    packed.positions[at] = row.position;
    packed.createRevisions[at] = row.createRevision;
    packed.deadlines[at] = row.deadline ?? Number.NaN;
    packed.lengths[at] = row.bytes ? row.bytes.length : -1;
    if (!row.bytes) continue;
    packed.bytes.set(row.bytes, offset);
    offset += row.bytes.length;
  }
  return packed;
}

/** The rows' bytes are views into the packed buffer: it lives as long as one of them. */
export function* unpackRows(packed: PackedRows): Generator<RecordRow, void> {
  let offset = 0;
  for (let at = 0; at < packed.keys.length; at++) {
    const length = packed.lengths[at] as number;
    const deadline = packed.deadlines[at] as number;
    yield {
      key: packed.keys[at] as string,
      revision: packed.revisions[at] as number,
      position: packed.positions[at] as number,
      createRevision: packed.createRevisions[at] as number,
      deadline: Number.isNaN(deadline) ? undefined : deadline,
      bytes: length < 0 ? undefined : packed.bytes.subarray(offset, offset + length),
    };
    if (length > 0) offset += length;
  }
}

export function buffersOf(packed: PackedRows): ArrayBuffer[] {
  const { revisions, positions, createRevisions, deadlines, lengths, bytes } = packed;
  return [revisions, positions, createRevisions, deadlines, lengths, bytes].map(
    (each) => each.buffer,
  );
}

export interface DeadRecord {
  readonly key: string;
  readonly revision: number;
}

export type Request =
  | { readonly type: 'append'; readonly rows: PackedRows }
  | { readonly type: 'forget'; readonly compacted: number; readonly dead: readonly DeadRecord[] }
  | { readonly type: 'close' };

export type Problem = 'in-use' | 'newer-format' | 'damaged' | 'unreadable' | 'full' | 'failed';

export interface Failure {
  readonly problem: Problem;
  readonly message: string;
  /** Trying again on the same open file is not safe. */
  readonly permanent: boolean;
}

export type Answer =
  | { readonly type: 'rows'; readonly rows: PackedRows }
  | { readonly type: 'opened'; readonly compacted: number }
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

/** "gntr": tells the file from those of other programs. */
export const applicationId = 0x676e7472;
export const formatVersion = 1;

/** A row's number is revision × this + position, so that rows stand in the file in the order of commits. */
export const rowsPerRevisionMax = 1024;
