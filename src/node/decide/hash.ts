/**
 * A short name for a value's content: FNV-1a, 64 bits, over JSON with sorted keys. It tells a change,
 * it does not resist an attacker.
 */
export function hashOf(value: unknown): string {
  return hashOfBytes(encoder.encode(canonical(value)));
}

const encoder = new TextEncoder();

export function hashOfBytes(bytes: Uint8Array): string {
  // Two halves of 32 bits: a bigint would be a new object for each byte.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let at = 0; at < bytes.length; at += 1) {
    const mixed = (low ^ (bytes[at] ?? 0)) >>> 0;
    // Times 2^40 + 0x1b3, of which the first only moves into the upper half.
    const product = mixed * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (mixed << 8)) >>> 0;
    low = product >>> 0;
  }
  return hexOf(high) + hexOf(low);
}

const hexOf = (half: number): string => half.toString(16).padStart(8, '0');

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}
