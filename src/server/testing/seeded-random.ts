/** Chance that repeats: the same seed gives the same run. */
import type { Random } from '#base/random.ts';

export function seededRandom(seed = 1): Random {
  let state = seed >>> 0;
  // Mulberry32: small and even enough for tests.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  const hex = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('');
  return {
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    fraction: next,
    below,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}
