/**
 * How one append looks in a segment of the log: a head and its rows, whole or not there at all.
 *
 * The numbers count by one, for ever: what an earlier use of a segment left behind is known by its
 * number. The salt is the store's own and nobody else knows it: what somebody wrote into an object's
 * bytes is never taken for a record.
 */
import { crc32 } from 'node:zlib';
import {
  type LogStart,
  type RecordRow,
  type SegmentFill,
  sizeOfRows,
  writeRows,
} from './record-format.ts';

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

export interface FoundLog {
  /** Not absorbed, in order. */
  readonly records: readonly LogRecord[];
  /** Where the log goes on. */
  readonly start: LogStart;
}

/**
 * What the segments hold beyond the record `absorbed`. A record that is not whole ends it: it was being
 * written when the program ended, and nobody was told of it. Undefined: behind the end stands a whole,
 * later record, so that one which was acknowledged is damaged.
 */
export function findLog(
  segments: readonly Buffer<ArrayBuffer>[],
  salt: number,
  absorbed: number,
): FoundLog | undefined {
  const chains = segments.map((bytes) => chainOf(bytes, salt));
  const records = chains.flat().filter(({ sequence }) => sequence > absorbed);
  records.sort((a, b) => a.sequence - b.sequence);
  if (records.some(({ sequence }, at) => sequence !== absorbed + 1 + at)) return undefined;
  const last = absorbed + records.length;
  const damaged = segments.some((bytes, index) =>
    hasLater(bytes, chains[index]?.at(-1)?.end ?? 0, salt, last),
  );
  if (damaged) return undefined;
  const active = chains.findIndex((chain) => chain.at(-1)?.sequence === last);
  return {
    records,
    start: {
      salt,
      sequence: last,
      active: Math.max(0, active),
      segments: chains.map((chain) => fillOf(chain, absorbed)),
    },
  };
}

/** A segment without anything that is not absorbed begins anew. */
function fillOf(chain: readonly LogRecord[], absorbed: number): SegmentFill {
  const written = chain.at(-1);
  if (!written || written.sequence <= absorbed) return { written: 0, absorbed: 0 };
  const known = chain.findLast(({ sequence }) => sequence <= absorbed);
  return { written: written.end, absorbed: known?.end ?? 0 };
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
