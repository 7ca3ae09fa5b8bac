/**
 * Timers go by the monotonic clock; what ends at a time of day (a pod's deadline, a token) must be
 * looked at anew when somebody has set the clock, or the machine has slept. Nothing tells of that.
 */
import type { Clock } from '#base/clock.ts';
import { clockSetMs } from './pods/memory.ts';

export class ClockWatch {
  readonly #clock: Clock;
  #offsetMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = offsetOf(clock);
  }

  /** By how much the clock was set since the last look; undefined: it was not. */
  setBy(): number | undefined {
    const offsetMs = offsetOf(this.#clock);
    const byMs = offsetMs - this.#offsetMs;
    if (Math.abs(byMs) < clockSetMs) return undefined;
    this.#offsetMs = offsetMs;
    return byMs;
  }
}

const offsetOf = (clock: Clock): number => clock.now() - clock.monotonic();
