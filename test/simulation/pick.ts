import type { Random } from '#base/random.ts';

/** One of them by chance; undefined: there is none. */
export function pick<T>(random: Random, values: readonly [T, ...T[]]): T;
export function pick<T>(random: Random, values: readonly T[]): T | undefined;
export function pick<T>(random: Random, values: readonly T[]): T | undefined {
  return values[random.below(Math.max(1, values.length))];
}
