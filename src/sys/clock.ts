import type { Clock } from '#base/clock.ts';

/** The machine's own time. The only place that reads `Date`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
