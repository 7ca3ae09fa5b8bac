/**
 * A run whose programs wake each other by promises alone never comes back to the event loop, and no
 * timer of its own thread can tell. Another thread misses its signs of life, and says where it is.
 */
import { Worker } from 'node:worker_threads';

/** Of real time; a turn of a run takes some milliseconds, but the machine may be busy with others. */
export const silenceMsMax = 60_000;
export const signEveryMs = 2_000;

/** Ends the process with 1, and with the stack, when this thread stops answering; `end` calls it off. */
export function watchMainThread(silenceMs = silenceMsMax): { end(): Promise<void> } {
  const dog = new Worker(new URL('./watchdog-thread.ts', import.meta.url), {
    argv: [`${silenceMs}`],
    execArgv: [],
  });
  const signs = setInterval(() => dog.postMessage('alive'), Math.min(signEveryMs, silenceMs / 4));
  return {
    end: async () => {
      clearInterval(signs);
      await dog.terminate();
    },
  };
}
