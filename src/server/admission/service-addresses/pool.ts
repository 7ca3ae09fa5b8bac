/**
 * A range of numbers (addresses, ports) of which each has one owner at most. Taking is synchronous:
 * there is no moment between finding a number free and having it. Numbers that nobody asked for by
 * name come from the upper part of the range, so that the lower part stays for those who do
 * (KEP-3070, KEP-3668).
 */
import type { Random } from '#base/random.ts';

export interface PoolRange {
  readonly first: bigint;
  readonly last: bigint;
  /** How many numbers at the beginning are left to those who ask for them by name. */
  readonly static: bigint;
}

export type Refusal = 'outside' | 'taken' | 'full';

const luckyTries = 16;

export class Pool {
  readonly range: PoolRange;
  readonly #owners = new Map<bigint, string>();
  readonly #reserved: ReadonlyMap<bigint, string>;

  /** `reserved`: numbers that only this owner may have. */
  constructor(range: PoolRange, reserved: ReadonlyMap<bigint, string> = new Map()) {
    this.range = range;
    this.#reserved = reserved;
  }

  ownerOf(value: bigint): string | undefined {
    return this.#owners.get(value);
  }

  /** What the store says; a number outside the range (it was another one once) is kept too. */
  restore(value: bigint, owner: string): void {
    if (!this.#owners.has(value)) this.#owners.set(value, owner);
  }

  /** Undefined: it is the owner's now (or was before). */
  take(value: bigint, owner: string): Refusal | undefined {
    const current = this.#owners.get(value);
    if (current === owner) return undefined;
    if (value < this.range.first || value > this.range.last) return 'outside';
    if (current !== undefined) return 'taken';
    const reserved = this.#reserved.get(value);
    if (reserved !== undefined && reserved !== owner) return 'taken';
    this.#owners.set(value, owner);
    return undefined;
  }

  /** Any free number, or undefined when there is none. */
  takeAny(owner: string, random: Random): bigint | undefined {
    const { first, last, static: kept } = this.range;
    const upper = first + kept;
    const value = this.#free(upper, last, random) ?? this.#free(first, upper - 1n, random);
    if (value !== undefined) this.#owners.set(value, owner);
    return value;
  }

  release(value: bigint, owner: string): void {
    if (this.#owners.get(value) === owner) this.#owners.delete(value);
  }

  /** A few random tries, then all in turn from a random place: quick while the range is not nearly full. */
  #free(first: bigint, last: bigint, random: Random): bigint | undefined {
    if (last < first) return undefined;
    const size = last - first + 1n;
    // A pool never holds more numbers than fit in memory, so a part of a vast range is enough.
    const span = Number(size < 1n << 30n ? size : 1n << 30n);
    for (let attempt = 0; attempt < luckyTries; attempt++) {
      const value = first + BigInt(random.below(span));
      if (this.#isFree(value)) return value;
    }
    const start = random.below(span);
    for (let step = 0; step < span; step++) {
      const value = first + BigInt((start + step) % span);
      if (this.#isFree(value)) return value;
    }
    return undefined;
  }

  #isFree(value: bigint): boolean {
    return !this.#owners.has(value) && !this.#reserved.has(value);
  }
}
