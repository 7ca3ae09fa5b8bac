/** Ranges of IPv4 addresses as numbers, for blocks with holes in them. */
import { formatIP, parseCIDR } from '#api/ip.ts';
import type { IPBlock } from '#api/types.ts';

/** First and last address, both in it. */
export type AddressRange = readonly [first: number, last: number];

/** Undefined for what is no block of IPv4 addresses. */
export function rangeOf(cidr: string): AddressRange | undefined {
  const block = parseCIDR(cidr);
  if (block?.family !== 4) return undefined;
  const size = 2 ** (32 - block.prefix);
  const first = Math.floor(Number(block.address) / size) * size;
  return [first, first + size - 1];
}

/** What is left of a block without its `except`. Source: networking/v1 IPBlock. */
export function rangesOf({ cidr, except = [] }: IPBlock): AddressRange[] {
  const whole = rangeOf(cidr);
  if (!whole) return [];
  const holes = except.map(rangeOf).filter((each) => each !== undefined);
  const left: AddressRange[] = [];
  let [next] = whole;
  for (const [first, last] of holes.sort((a, b) => a[0] - b[0])) {
    if (first > next) left.push([next, Math.min(first - 1, whole[1])]);
    next = Math.max(next, last + 1);
  }
  if (next <= whole[1]) left.push([next, whole[1]]);
  return left;
}

/** Sorted, and those that touch made one: the kernel takes no intervals that overlap. */
export function merged(ranges: readonly AddressRange[]): AddressRange[] {
  const all: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = all.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else all.push([first, last]);
  }
  return all;
}

export function formatRange([first, last]: AddressRange): string {
  return first === last ? textOf(first) : `${textOf(first)}-${textOf(last)}`;
}

function textOf(address: number): string {
  return formatIP({ family: 4, value: BigInt(address) });
}
