/** Addresses and ranges in the words of `spec.ipFamilies`. */
import { formatIP, networkOf, parseCIDR, parseIP } from '#api/ip.ts';

export type IPFamily = 'IPv4' | 'IPv6';

export interface Address {
  readonly family: IPFamily;
  readonly value: bigint;
}

export interface AddressRange {
  readonly family: IPFamily;
  readonly first: bigint;
  /** How many addresses, the first and the last of the network included. */
  readonly size: bigint;
  /** As it was given. */
  readonly text: string;
}

export function parseAddress(text: string): Address | undefined {
  const ip = parseIP(text);
  return ip && { family: ip.family === 4 ? 'IPv4' : 'IPv6', value: ip.value };
}

export function formatAddress({ family, value }: Address): string {
  return formatIP({ family: family === 'IPv4' ? 4 : 6, value });
}

export function parseRange(text: string): AddressRange | undefined {
  const block = parseCIDR(text);
  if (block === undefined) return undefined;
  const bits = block.family === 4 ? 32 : 128;
  return {
    family: block.family === 4 ? 'IPv4' : 'IPv6',
    first: networkOf(block).value,
    size: 1n << BigInt(bits - block.prefix),
    text,
  };
}
