/**
 * Spaces the writes of passing statuses (`api/decision.ts`) of each key: the first goes out at once,
 * the next ones after a moment, with what has come together by then. Whoever is told to wait decides
 * again when the time is over, so that at rest nothing is left unsaid.
 */
import type { Action } from '#api/decision.ts';
import { limits } from '#base/limits.ts';
import type { Clock } from '#base/clock.ts';

export class Spacing {
  readonly #clock: Clock;
  /** When the key last wrote such a status, the longest ago first; those whose time is over go. */
  readonly #wroteAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For how many milliseconds the decision is to be held back; at 0 it counts as carried out now. */
  waitMs(key: string, actions: readonly Action[]): number {
    if (!actions.every(isPassing)) return 0;
    const now = this.#clock.monotonic();
    const wroteAt = this.#wroteAt.get(key) ?? Number.NEGATIVE_INFINITY;
    const waitMs = wroteAt + limits.passingStatusMs - now;
    if (waitMs > 0) return waitMs;
    this.#wroteAt.delete(key);
    this.#wroteAt.set(key, now);
    this.#dropOver(now);
    return 0;
  }

  /** The write did not go through: the next try need not wait. */
  forget(key: string): void {
    this.#wroteAt.delete(key);
  }

  #dropOver(now: number): void {
    for (const [key, at] of this.#wroteAt) {
      if (at + limits.passingStatusMs > now) return;
      this.#wroteAt.delete(key);
    }
  }
}

const isPassing = (action: Action): boolean => action.type === 'update' && action.passing === true;
