/**
 * Keys that wait for a decision.
 *
 * Promises: a key waits at most once, however often it is added; between `take` and `done` it is not
 * handed out again, and an addition in between makes it wait anew after `done`; a delayed key comes
 * at the earliest of the times asked for. Bounded by the number of different keys: every structure
 * here holds a key at most once, beside outdated entries of the heap, which are dropped when they
 * outnumber the others.
 */
import type { Clock, Timer, Timers } from '#base/clock.ts';
import { Fifo } from './fifo.ts';
import { Heap } from './heap.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Called when a key can be taken; may be called more often than needed. */
  readonly ready: () => void;
  readonly backoff?: Backoff;
}

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

const usualBackoff: Backoff = { firstMs: 10, maxMs: 60_000 };

interface Delayed {
  readonly key: string;
  readonly at: number;
}

export class WorkQueue {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #ready: () => void;
  readonly #backoff: Backoff;
  readonly #waiting = new Fifo<string>();
  /** Keys in `#waiting`, or to be put there when they are done. */
  readonly #dirty = new Set<string>();
  readonly #running = new Set<string>();
  /** The time that counts for a delayed key; entries of `#heap` with another time are outdated. */
  readonly #delays = new Map<string, number>();
  #heap = new Heap<Delayed>((a, b) => a.at < b.at);
  readonly #failures = new Map<string, number>();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#timers = options.timers;
    this.#ready = options.ready;
    this.#backoff = options.backoff ?? usualBackoff;
  }

  /** Keys that could be taken now. */
  get depth(): number {
    return this.#waiting.size;
  }

  get delayed(): number {
    return this.#delays.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Nothing waits, runs or retries; keys that wait for a later time do not count. */
  get idle(): boolean {
    return this.#dirty.size === 0 && this.#running.size === 0 && this.#failures.size === 0;
  }

  isDirty(key: string): boolean {
    return this.#dirty.has(key);
  }

  /** The key comes by itself before `withinMs` is over. */
  isDueSoon(key: string, withinMs: number): boolean {
    const at = this.#delays.get(key);
    return at !== undefined && at <= this.#clock.monotonic() + withinMs;
  }

  add(key: string): void {
    if (this.#closed || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (this.#running.has(key)) return;
    this.#waiting.push(key);
    this.#ready();
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const at = this.#clock.monotonic() + delayMs;
    const known = this.#delays.get(key);
    if (known !== undefined && known <= at) return;
    this.#delays.set(key, at);
    this.#heap.push({ key, at });
    this.#dropOutdated();
    this.#arm();
  }

  /** All delayed keys can be taken now. */
  hurry(): void {
    const keys = [...this.#delays.keys()];
    this.#delays.clear();
    this.#heap.clear();
    for (const key of keys) this.add(key);
  }

  /** After a failure: later with every failure in a row. Returns the delay in milliseconds. */
  retry(key: string, atLeastMs = 0): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { firstMs, maxMs } = this.#backoff;
    const delay = Math.max(atLeastMs, Math.min(maxMs, firstMs * 2 ** Math.min(failures, 40)));
    this.addAfter(key, delay);
    return delay;
  }

  /** The key went well: its next failure counts as the first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  take(): string | undefined {
    const key = this.#waiting.shift();
    if (key === undefined) return undefined;
    this.#dirty.delete(key);
    this.#running.add(key);
    return key;
  }

  done(key: string): void {
    this.#running.delete(key);
    if (!this.#dirty.has(key)) return;
    this.#waiting.push(key);
    this.#ready();
  }

  /** Nothing is handed out any more; running keys may still call `done`. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#waiting.clear();
    this.#dirty.clear();
    this.#delays.clear();
    this.#heap.clear();
  }

  #arm(): void {
    const next = this.#heap.peek();
    if (next === undefined || next.at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = next.at;
    this.#timer = this.#timers.after(next.at - this.#clock.monotonic(), () => this.#due());
  }

  #due(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    for (let next = this.#heap.peek(); next && next.at <= now; next = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#delays.get(next.key) !== next.at) continue;
      this.#delays.delete(next.key);
      this.add(next.key);
    }
    this.#arm();
  }

  #dropOutdated(): void {
    if (this.#heap.size < 64 || this.#heap.size < 2 * this.#delays.size) return;
    this.#heap = new Heap<Delayed>((a, b) => a.at < b.at);
    for (const [key, at] of this.#delays) this.#heap.push({ key, at });
  }
}
