/** The files of the store as the disk has them: made for the owner only, with room, read in ranges. */
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { segmentBytes } from './log-writer.ts';

/** What is made of a segment beforehand: its measure, and the append that exceeds it. */
const segmentRoomBytes = segmentBytes + 256 * 1024;

/** For the owner only. Never opens an existing file: closing it again would drop this process' locks on it. */
export function createPrivate(path: string): void {
  const directory = dirname(path);
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
 * Gives a segment its room in zeros: a write that changes no length and takes no new block spares the
 * file system its own journal. What it holds stays.
 */
export function makeRoom(path: string): void {
  const handle = openSync(path, 'r+');
  const { size } = fstatSync(handle);
  try {
    const zeros = new Uint8Array(1024 * 1024);
    for (let at = size; at < segmentRoomBytes; ) {
      at += writeSync(handle, zeros, 0, Math.min(zeros.length, segmentRoomBytes - at), at);
    }
    fsyncSync(handle);
  } catch {
    // It is only faster with it.
    ftruncateSync(handle, size);
  } finally {
    closeSync(handle);
  }
}

export function readRange(path: string, from: number, to: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(to - from);
  const handle = openSync(path, 'r');
  try {
    for (let at = 0; at < bytes.length; ) {
      const read = readSync(handle, bytes, at, bytes.length - at, from + at);
      if (read === 0) throw new Error(`${path} is shorter than what was written to it`);
      at += read;
    }
  } finally {
    closeSync(handle);
  }
  return bytes;
}

/** Gives memory back at once: a thread that has nothing to do collects no garbage. The view is empty from then on. */
export function release({ buffer }: Uint8Array<ArrayBuffer>): void {
  buffer.transfer(0);
}
