/**
 * Gathers keys that changed and hands them over together: at most one hand-over at a time, what
 * comes meanwhile goes with the next. When the work fails it is tried again, later each time.
 */
import type { KubeObject } from '#api/object.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';

export interface BatchOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** From the first change to the hand-over: changes that belong together arrive within it. */
  readonly gatherMs: number;
  /** Must not throw for what no repetition mends. */
  readonly apply: (keys: ReadonlySet<string>) => Promise<void>;
  readonly failed: (error: unknown) => void;
  /** After each hand-over: how long the first of its changes waited until it was true. */
  readonly applied?: ((ms: number) => void) | undefined;
  readonly committedAt?: CommittedAt | undefined;
}

/** When a change of that revision was committed, by the monotonic clock; undefined: not known here. */
export type CommittedAt = (revision: number) => number | undefined;

/** How long a part took to make a change true: from its commit, or where that is not known from when the cache showed it. */
export type ObserveApplied = (part: string, seconds: number) => void;

const retryMs = { first: 100, max: 30_000 };

export class Batch {
  readonly #options: BatchOptions;
  #keys = new Set<string>();
  /** When the first of `#keys` came. */
  #sinceMs = 0;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #stopped = false;
  /** Who waits for the keys that are not handed over yet, and who for those under way. */
  #waiting: (() => void)[] = [];
  #waitingForRun: (() => void)[] = [];

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** `changed`: the object as it is now, by which it is known when it became so. */
  add(key: string, changed?: KubeObject): void {
    if (this.#keys.size === 0) this.#sinceMs = this.#committedMs(changed);
    this.#keys.add(key);
    this.#schedule(this.#options.gatherMs);
  }

  #committedMs(changed: KubeObject | undefined): number {
    const { clock, committedAt } = this.#options;
    const revision = Number(changed?.metadata.resourceVersion ?? 0);
    return (revision > 0 ? committedAt?.(revision) : undefined) ?? clock.monotonic();
  }

  /** Ends when all that has been added before is applied, whatever is added after, or when stopped. */
  settled(): Promise<void> {
    if (this.#stopped || (this.#keys.size === 0 && this.#running === undefined))
      return Promise.resolve();
    const waiting = this.#keys.size > 0 ? this.#waiting : this.#waitingForRun;
    return new Promise((resolve) => waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
    for (const resolve of [...this.#waitingForRun.splice(0), ...this.#waiting.splice(0)]) resolve();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#running !== undefined || this.#timer !== undefined) return;
    this.#timer = this.#options.timers.after(delayMs, () => {
      this.#timer = undefined;
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    const keys = this.#keys;
    const sinceMs = this.#sinceMs;
    this.#keys = new Set();
    this.#waitingForRun = this.#waiting.splice(0);
    let delayMs = this.#options.gatherMs;
    try {
      await this.#options.apply(keys);
      this.#failures = 0;
      this.#options.applied?.(this.#options.clock.monotonic() - sinceMs);
      for (const resolve of this.#waitingForRun.splice(0)) resolve();
    } catch (error) {
      this.#options.failed(error);
      for (const key of keys) this.#keys.add(key);
      this.#sinceMs = sinceMs;
      this.#waiting.unshift(...this.#waitingForRun.splice(0));
      delayMs = Math.min(retryMs.max, retryMs.first * 2 ** Math.min(this.#failures, 10));
      this.#failures += 1;
    }
    this.#running = undefined;
    if (this.#keys.size > 0) this.#schedule(delayMs);
  }
}
