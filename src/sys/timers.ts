import type { Timer, Timers } from '#base/clock.ts';

/** `setTimeout` reads its delay as a signed 32-bit integer; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The machine's timers. None of them keeps the process alive. */
export const systemTimers: Timers = { after };

function after(delayMs: number, callback: () => void): Timer {
  let handle: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const step = Math.min(Math.max(leftMs, 0), longestDelayMs);
    handle = setTimeout(() => (leftMs > step ? arm(leftMs - step) : callback()), step);
    handle.unref();
  };
  arm(delayMs);
  return { cancel: () => clearTimeout(handle) };
}

/**
 * Runs `callback` when everything that has arrived on sockets so far has been read and handled. Not a
 * timer: it cannot be late, and simulated sockets need none.
 */
export function afterArrivals(callback: () => void): void {
  setImmediate(callback);
}
