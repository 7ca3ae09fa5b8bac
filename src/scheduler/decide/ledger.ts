/**
 * The numbers of all nodes that every decision reads, in one block of memory, eight to a node: a pass
 * over many nodes reads it in order instead of following references. One owner, the snapshot.
 */

/** Places of a node's numbers behind its offset. What is free may be negative. */
export const at = {
  freeMilliCpu: 0,
  freeMemory: 1,
  freeStorage: 2,
  freePods: 3,
  hasMilliCpu: 4,
  hasMemory: 5,
  /** What pods use at least, whether they ask for it or not: for scores. */
  usedMilliCpu: 6,
  usedMemory: 7,
} as const;

const width = 8;

/** Of nodes counted from 0 without gaps, by their offset. */
export function placeOf(offset: number): number {
  return offset / width;
}

const first = 64;

export class Ledger {
  numbers = new Float64Array(first * width);
  readonly #released: number[] = [];
  #claimed = 0;
  #changes = 0;

  /** The offset of a node's numbers, all 0. */
  claim(): number {
    const released = this.#released.pop();
    if (released !== undefined) {
      this.numbers.fill(0, released, released + width);
      return released;
    }
    const offset = this.#claimed++ * width;
    if (offset >= this.numbers.length) {
      const grown = new Float64Array(this.numbers.length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    return offset;
  }

  /** A number that no state of any node has had: goes up with each change. */
  change(): number {
    return ++this.#changes;
  }

  release(offset: number): void {
    this.#released.push(offset);
  }
}
