/**
 * The writing end of the log: two segments that take turns. An append is one synchronous write
 * (O_DSYNC) into a place that was made before, so that the file system has nothing of its own to
 * write down; it happens on libuv's threads, which costs half of what a message to a thread of ours
 * and back does. A segment that has its measure waits for the other side to absorb it into the
 * SQLite file, and is then written anew from its beginning.
 */
import { closeSync, constants, openSync, write } from 'node:fs';
import { join } from 'node:path';
import { encodeRecord } from './log-record.ts';
import {
  type LogRange,
  type LogStart,
  type RecordRow,
  type SegmentFill,
  segmentNames,
} from './record-format.ts';

/** A segment with this much is to be absorbed. */
export const segmentBytes = 4 * 1024 * 1024;
/** Appends wait when the other side is so far behind. */
const behindBytes = 16 * segmentBytes;

interface Segment extends SegmentFill {
  readonly handle: number;
  readonly path: string;
  written: number;
  absorbed: number;
}

export class LogWriter {
  readonly #segments: readonly Segment[];
  readonly #salt: number;
  #sequence: number;
  #active: number;

  constructor(directory: string, { salt, sequence, segments, active }: LogStart) {
    this.#salt = salt;
    this.#sequence = sequence;
    this.#active = active;
    this.#segments = segments.map((fill, index) => {
      const path = join(directory, segmentNames[index] as string);
      const handle = openSync(path, constants.O_RDWR | constants.O_DSYNC);
      return { handle, path, ...fill };
    });
  }

  /** Where the next append goes, for messages. */
  get path(): string {
    return this.#at(this.#active).path;
  }

  get isBehind(): boolean {
    return this.#at(this.#active).written >= behindBytes;
  }

  /** On disk when it resolves. One at a time. */
  async append(rows: readonly RecordRow[]): Promise<void> {
    this.#takeTurns();
    const segment = this.#at(this.#active);
    const record = encodeRecord(this.#salt, this.#sequence + 1, rows);
    await writeAll(segment.handle, record, segment.written);
    segment.written += record.length;
    this.#sequence++;
  }

  /** The oldest records that are not absorbed: of a segment that has its measure, or (`all`) of any. */
  toAbsorb(all: boolean): LogRange | undefined {
    for (const index of [1 - this.#active, this.#active]) {
      const { absorbed, written } = this.#at(index);
      if (absorbed === written) continue;
      if (!all && written < segmentBytes) return undefined;
      return { segment: index, from: absorbed, to: written };
    }
    return undefined;
  }

  absorbed({ segment, to }: LogRange): void {
    this.#at(segment).absorbed = to;
  }

  close(): void {
    for (const { handle } of this.#segments) closeSync(handle);
  }

  #at(index: number): Segment {
    return this.#segments[index] as Segment;
  }

  /** As long as the other segment is not free, the active one grows beyond its measure. */
  #takeTurns(): void {
    if (this.#at(this.#active).written < segmentBytes) return;
    for (const index of [this.#active, 1 - this.#active]) {
      const segment = this.#at(index);
      if (segment.absorbed !== segment.written) continue;
      segment.written = 0;
      segment.absorbed = 0;
      this.#active = index;
      return;
    }
  }
}

function writeAll(handle: number, bytes: Buffer, position: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const from = (offset: number): void =>
    write(handle, bytes, offset, bytes.length - offset, position + offset, (error, written) => {
      if (error) reject(error);
      else if (offset + written < bytes.length) from(offset + written);
      else resolve();
    });
  from(0);
  return promise;
}
