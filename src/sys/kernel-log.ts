/** What the kernel says, as `dmesg` shows it. */
import { closeSync, constants, openSync, readSync } from 'node:fs';

export interface KernelLog {
  /** Records since the last call; at first, all that the kernel still keeps. Empty where it may not be read. */
  news(): readonly string[];
}

/** A record is never longer. Source: CONSOLE_EXT_LOG_MAX of the kernel. */
const recordBytes = 8192;

/** Never waits: the kernel answers from memory, one record a call. Source: the kernel's ABI/testing/dev-kmsg. */
export function systemKernelLog(path = '/dev/kmsg'): KernelLog {
  const buffer = Buffer.alloc(recordBytes);
  let file: number | undefined;
  let isReadable = true;
  const next = (): string | undefined => {
    if (file === undefined) return undefined;
    try {
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, recordBytes, null));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Records were overwritten before they were read: what is left follows.
      if (code === 'EPIPE') return '';
      if (code === 'EAGAIN') return undefined;
      closeSync(file);
      isReadable = false;
      file = undefined;
      return undefined;
    }
  };
  return {
    news: () => {
      if (isReadable && file === undefined) {
        file = openOrAbsent(path);
        isReadable = file !== undefined;
      }
      const records: string[] = [];
      for (let record = next(); record !== undefined; record = next()) records.push(record);
      return records;
    },
  };
}

function openOrAbsent(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
