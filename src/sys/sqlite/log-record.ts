/**
 * How one append looks in a segment of the log: a head and its rows, whole or not there at all.
 *
 * The salt is drawn anew whenever the store is opened, and the numbers count by one: what an earlier
 * use of a segment left behind, or what somebody wrote into an object's bytes, is never taken for a
 * record of now.
 */
import { crc32 } from 'node:zlib';
import { type RecordRow, sizeOfRows, writeRows } from './record-format.ts';

/** magic; checksum of all behind it, salt, length of the rows: u32; sequence: f64. */
const head = 24;
const magic = Buffer.from('gnl1');

export interface LogRecord {
  readonly sequence: number;
  readonly rows: Buffer<ArrayBuffer>;
  /** Behind the record, where the next one begins. */
  readonly end: number;
}

export function encodeRecord(salt: number, sequence: number, rows: readonly RecordRow[]): Buffer {
  const length = sizeOfRows(rows);
  const record = Buffer.allocUnsafe(head + length);
  record.set(magic, 0);
  record.writeUInt32LE(salt, 8);
  record.writeUInt32LE(length, 12);
  record.writeDoubleLE(sequence, 16);
  writeRows(rows, record, head);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

/** Undefined: no whole record of this salt begins here. */
export function decodeRecord(
  bytes: Buffer<ArrayBuffer>,
  at: number,
  salt: number,
): LogRecord | undefined {
  if (at + head > bytes.length || magic.compare(bytes, at, at + magic.length) !== 0)
    return undefined;
  if (bytes.readUInt32LE(at + 8) !== salt) return undefined;
  const rowsAt = at + head;
  const end = rowsAt + bytes.readUInt32LE(at + 12);
  if (end > bytes.length) return undefined;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  return { sequence: bytes.readDoubleLE(at + 16), rows: bytes.subarray(rowsAt, end), end };
}

/**
 * The records after `sequence` that the segments hold, in order. A record that is not whole ends them:
 * it was being written when the program ended, and nobody was told of it. Undefined: behind the end
 * stands a whole, later record, so that one which was acknowledged is damaged.
 */
export function recordsAfter(
  { salt, sequence }: { readonly salt: number; readonly sequence: number },
  segments: readonly Buffer<ArrayBuffer>[],
): LogRecord[] | undefined {
  const chains = segments.map((bytes) => chainOf(bytes, salt));
  const known = chains.flat().filter((record) => record.sequence > sequence);
  known.sort((a, b) => a.sequence - b.sequence);
  if (known.some((record, at) => record.sequence !== sequence + 1 + at)) return undefined;
  const last = sequence + known.length;
  const damaged = segments.some((bytes, index) =>
    hasLater(bytes, chains[index]?.at(-1)?.end ?? 0, salt, last),
  );
  return damaged ? undefined : known;
}

function chainOf(bytes: Buffer<ArrayBuffer>, salt: number): LogRecord[] {
  const chain: LogRecord[] = [];
  for (let at = 0; ; ) {
    const record = decodeRecord(bytes, at, salt);
    const previous = chain.at(-1);
    if (!record || (previous && record.sequence !== previous.sequence + 1)) return chain;
    chain.push(record);
    at = record.end;
  }
}

function hasLater(bytes: Buffer<ArrayBuffer>, from: number, salt: number, last: number): boolean {
  for (let at = bytes.indexOf(magic, from); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const record = decodeRecord(bytes, at, salt);
    if (record && record.sequence > last) return true;
  }
  return false;
}
