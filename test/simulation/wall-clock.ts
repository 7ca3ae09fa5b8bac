/** A machine's clock: people and time servers set it, while the time that has gone by stays what it is. */
import type { Clock } from '#base/clock.ts';
import type { VirtualTime } from './virtual-time.ts';

export class WallClock implements Clock {
  readonly #time: VirtualTime;
  #offMs = 0;
  /** How often it was set. */
  settings = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): number {
    return this.#time.now() + this.#offMs;
  }

  monotonic(): number {
    return this.#time.monotonic();
  }

  /** How far it is from the true time; ahead, when positive. */
  set(offMs: number): void {
    if (offMs !== this.#offMs) this.settings++;
    this.#offMs = offMs;
  }
}
