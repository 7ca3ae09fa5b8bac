/**
 * Keys that delete themselves. A heap of deadlines and one timer, armed only while a key waits.
 * A deadline that moves later (a renewed key) stays where it is in the heap and is put right when it
 * comes up, so that the heap holds about one item per key however often it is renewed.
 */
import type { Clock, Timer, Timers } from '#base/clock.ts';

export interface Expired {
  readonly key: string;
  /** The version that expires: a newer one must stay. */
  readonly revision: number;
}

interface Slot {
  readonly key: string;
  revision: number;
  deadline: number;
  /** Where its valid heap item stands. */
  queuedAt: number;
}

interface HeapItem {
  readonly at: number;
  readonly slot: Slot;
}

/** The wall clock may jump forward while a timer sleeps: look again at least this often. */
const longestSleepMs = 10 * 60_000;
/** Keys expired in one go, so that a large wave does not hold the event loop. */
const keysPerPass = 500;

export class Expiry {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #expire: (keys: readonly Expired[]) => void;
  readonly #slots = new Map<string, Slot>();
  #heap: HeapItem[] = [];
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #closed = false;

  /** `expire` is called from a timer with keys whose time has come; a key that it fails to delete comes back with `set`. */
  constructor(clock: Clock, timers: Timers, expire: (keys: readonly Expired[]) => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#expire = expire;
  }

  get size(): number {
    return this.#slots.size;
  }

  set(key: string, revision: number, deadline: number): void {
    const slot = this.#slots.get(key);
    if (slot && slot.queuedAt <= deadline) {
      slot.revision = revision;
      slot.deadline = deadline;
      return;
    }
    // New, or sooner than before: then the old heap item no longer matches the slot and is skipped.
    const next = { key, revision, deadline, queuedAt: deadline };
    this.#slots.set(key, next);
    this.#push({ at: deadline, slot: next });
    this.#arm();
  }

  /** The key is gone or has no deadline any more. */
  clear(key: string): void {
    this.#slots.delete(key);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first || this.#closed || this.#timerAt <= first.at) return;
    this.#timer?.cancel();
    this.#timerAt = first.at;
    const delay = Math.min(Math.max(0, first.at - this.#clock.now()), longestSleepMs);
    this.#timer = this.#timers.after(delay, () => this.#wake());
  }

  #wake(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const due: Expired[] = [];
    for (let top = this.#heap[0]; top && due.length < keysPerPass; top = this.#heap[0]) {
      const { slot } = top;
      const current = this.#slots.get(slot.key) === slot;
      if (current && top.at > now) break;
      this.#pop();
      if (!current) continue;
      if (slot.deadline > now) {
        slot.queuedAt = slot.deadline;
        this.#push({ at: slot.deadline, slot });
        continue;
      }
      this.#slots.delete(slot.key);
      due.push({ key: slot.key, revision: slot.revision });
    }
    if (due.length > 0) this.#expire(due);
    this.#arm();
  }

  #push(item: HeapItem): void {
    if (this.#heap.length > 2 * this.#slots.size + 1000) this.#sweep();
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const up = (at - 1) >>> 1;
      const parent = heap[up] as HeapItem;
      if (parent.at <= item.at) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = item;
  }

  /** Drops items of keys that were cleared or moved sooner. An array in order is a heap. */
  #sweep(): void {
    const live = this.#heap.filter(
      ({ at, slot }) => this.#slots.get(slot.key) === slot && slot.queuedAt === at,
    );
    live.sort((a, b) => a.at - b.at);
    this.#heap = live;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (
        child + 1 < heap.length &&
        (heap[child + 1] as HeapItem).at < (heap[child] as HeapItem).at
      )
        child++;
      const item = heap[child] as HeapItem;
      if (item.at >= last.at) break;
      heap[at] = item;
      at = child;
    }
    heap[at] = last;
  }
}
