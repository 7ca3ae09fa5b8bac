/**
 * Time of a whole simulated cluster. It stands still while anything can go on without it: between
 * two timers every microtask is drained, so a run depends on the order of timers alone, and that
 * order is fixed (by due time, then by who asked first).
 */
import type { Clock, Timer, Timers } from '#base/clock.ts';
import { Heap } from '#client/heap.ts';

interface Waiting {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

const bootedAtMs = 1_000;

export class VirtualTime implements Clock, Timers {
  readonly #startedAtMs: number;
  readonly #waiting = new Heap<Waiting>(
    (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order),
  );
  #elapsedMs = 0;
  #order = 0;
  #fired = 0;

  constructor(startedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#startedAtMs = startedAtMs;
  }

  now(): number {
    return this.#startedAtMs + Math.floor(this.#elapsedMs);
  }

  monotonic(): number {
    return bootedAtMs + this.#elapsedMs;
  }

  /** Milliseconds since the run began. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Timers that have run. */
  get fired(): number {
    return this.#fired;
  }

  after(delayMs: number, callback: () => void): Timer {
    const at = this.#elapsedMs + Math.max(0, delayMs);
    const waiting: Waiting = { at, order: this.#order++, callback };
    this.#waiting.push(waiting);
    return { cancel: () => void (waiting.callback = undefined) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs the next timer that is due by `until`; without one time moves there, and the answer is false. */
  step(until: number): boolean {
    for (let next = this.#waiting.peek(); next; next = this.#waiting.peek()) {
      if (next.callback && next.at > until) break;
      this.#waiting.pop();
      if (!next.callback) continue;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.at);
      this.#fired++;
      const { callback } = next;
      next.callback = undefined;
      callback();
      return true;
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, until);
    return false;
  }
}

/** Ends when no microtask is left: Node empties their queue before it runs an immediate. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
