/** Time that stands still until a test moves it. */
import type { Clock, Timer, Timers } from '#base/clock.ts';

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualTime implements Clock, Timers {
  #now: number;
  #offMs = 0;
  #waiting: Waiting[] = [];

  constructor(start = 1_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now + this.#offMs;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Somebody sets the wall clock: no time goes by. */
  jump(ms: number): void {
    this.#offMs += ms;
  }

  /** Timers that wait: an idle store has none. */
  get pending(): number {
    return this.#waiting.length;
  }

  after(delayMs: number, callback: () => void): Timer {
    const waiting = { at: this.#now + delayMs, callback };
    this.#waiting.push(waiting);
    return {
      cancel: () => void (this.#waiting = this.#waiting.filter((each) => each !== waiting)),
    };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#waiting.filter(({ at }) => at <= end);
      const next = due.reduce<Waiting | undefined>(
        (a, b) => (a && a.at <= b.at ? a : b),
        undefined,
      );
      if (!next) break;
      this.#waiting = this.#waiting.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}
