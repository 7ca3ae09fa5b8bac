/** IP addresses and CIDR blocks as text and as numbers. */

export interface Ip {
  readonly family: 4 | 6;
  /** 32 or 128 bits. */
  readonly value: bigint;
}

export interface Cidr {
  readonly family: 4 | 6;
  /** As it was written: bits behind the prefix may be set. */
  readonly address: bigint;
  readonly prefix: number;
}

const widths = { 4: 32, 6: 128 } as const;

/**
 * As Kubernetes reads addresses in its old fields: leading zeros of IPv4 are decimal, and an
 * IPv4-mapped IPv6 address counts as IPv4. No zones.
 */
export function parseIP(text: string): Ip | undefined {
  if (!text.includes(':')) {
    const value = parseIPv4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseIPv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn
    ? { family: 4, value: value & 0xffffffffn }
    : { family: 6, value };
}

function parseIPv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d+$/.test(part) || part.length > 15 || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(Number(part));
  }
  return value;
}

function parseIPv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const left = groupsOf(head, tail === undefined);
  const right = tail === undefined ? [] : groupsOf(tail, true);
  if (!left || !right) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** `atEnd`: the last group may be an IPv4 address. */
function groupsOf(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && atEnd && index === parts.length - 1) {
      const value = parseIPv4(part);
      if (value === undefined) return undefined;
      groups.push(Number(value >> 16n), Number(value & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** Dotted for IPv4, RFC 5952 for IPv6. */
export function formatIP({ family, value }: Ip): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - index * 16)) & 0xffffn),
  );
  const run = longestZeros(groups);
  const words = (from: number, to?: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return run.length < 2 ? words(0) : `${words(0, run.start)}::${words(run.start + run.length)}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best.length) best = { start, length: end - start };
    if (end > start) start = end;
  }
  return best;
}

export function parseCIDR(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const ip = parseIP(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (!ip || !/^\d{1,3}$/.test(bits)) return undefined;
  // The prefix of an IPv4-mapped block counts all 128 bits.
  const written = text.slice(0, slash).includes(':') ? 128 : 32;
  const prefix = Number(bits) - (written - widths[ip.family]);
  if (prefix < 0 || prefix > widths[ip.family]) return undefined;
  return { family: ip.family, address: ip.value, prefix };
}

/** The lowest address of the block. */
export function networkOf({ family, address, prefix }: Cidr): Ip {
  const hostBits = BigInt(widths[family] - prefix);
  return { family, value: (address >> hostBits) << hostBits };
}

export function cidrContains(block: Cidr, ip: Ip): boolean {
  const hostBits = BigInt(widths[block.family] - block.prefix);
  return block.family === ip.family && block.address >> hostBits === ip.value >> hostBits;
}

/** `10.9.8.0/24`: without bits behind the prefix. */
export function formatCIDR(block: Cidr): string {
  return `${formatIP(networkOf(block))}/${block.prefix}`;
}

/** What is wrong, in Kubernetes' words; empty when nothing. */
export function isIP(text: string): string[] {
  if (parseIP(text)) return [];
  return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

export function isIPv4(text: string): string[] {
  return parseIP(text)?.family === 4 ? [] : ['must be a valid IPv4 address'];
}

export function isIPv6(text: string): string[] {
  return parseIP(text)?.family === 6 ? [] : ['must be a valid IPv6 address'];
}

export function isCIDR(text: string): string[] {
  if (parseCIDR(text)) return [];
  return ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}
