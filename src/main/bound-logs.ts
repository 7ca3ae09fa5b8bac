/**
 * Keeps log files within a bound. Their writers hold them open and only append, so a file that has
 * grown is copied and cut; what is written between the two may be lost.
 */
import type { Timer, Timers } from '#base/clock.ts';
import type { Files } from '#sys/files.ts';

export interface LogBounds {
  readonly logFileBytes: number;
  readonly logLookMs: number;
}

export function boundLogs(
  paths: readonly string[],
  { files, timers }: { readonly files: Files; readonly timers: Timers },
  { logFileBytes, logLookMs }: LogBounds,
): { stop(): void } {
  let timer: Timer | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    // A disk that is full must not end the program; the next look tries again.
    for (const path of paths) await bound(files, path, logFileBytes).catch(() => undefined);
    if (!stopped) timer = timers.after(logLookMs, () => void look());
  };
  void look();
  return {
    stop: () => {
      stopped = true;
      timer?.cancel();
    },
  };
}

async function bound(files: Files, path: string, bytesMax: number): Promise<void> {
  if (((await files.info(path))?.sizeBytes ?? 0) <= bytesMax) return;
  const text = await files.read(path);
  try {
    if (text) await files.write(`${path}.1`, text, 0o600);
  } finally {
    await files.write(path, '');
  }
}
