/**
 * Just enough of DER (ITU-T X.690) to write certificates: node reads and checks them, but cannot
 * make any.
 */
export type Der = Uint8Array;

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

export function tagged(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = concat(content);
  return concat([Uint8Array.of(tag), lengthBytes(body.length), body]);
}

export const sequence = (...content: readonly Der[]): Der => tagged(0x30, ...content);
export const set = (...content: readonly Der[]): Der => tagged(0x31, ...content);
export const boolean = (value: boolean): Der => tagged(0x01, Uint8Array.of(value ? 0xff : 0));
export const octets = (content: Uint8Array): Der => tagged(0x04, content);
export const utf8 = (text: string): Der => tagged(0x0c, new TextEncoder().encode(text));
/** `[n] EXPLICIT` or a constructed `[n] IMPLICIT`. */
export const context = (n: number, ...content: readonly Uint8Array[]): Der =>
  tagged(0xa0 | n, ...content);
/** A primitive `[n] IMPLICIT`. */
export const contextPrimitive = (n: number, content: Uint8Array): Der => tagged(0x80 | n, content);

/** A positive number given as its bytes, most significant first. */
export function integer(bytes: Uint8Array): Der {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = bytes.subarray(start);
  return (trimmed[0] ?? 0) >= 0x80
    ? tagged(0x02, Uint8Array.of(0), trimmed)
    : tagged(0x02, trimmed);
}

/** A row of named bits, the first name being the most significant. */
export function bits(content: Uint8Array, unused = 0): Der {
  return tagged(0x03, Uint8Array.of(unused), content);
}

/** `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [first * 40 + second];
  for (const arc of rest) {
    const groups: number[] = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(0x80 | (left % 128));
    }
    bytes.push(...groups);
  }
  return tagged(0x06, Uint8Array.from(bytes));
}

/** RFC 5280, 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050. Milliseconds since the epoch. */
export function time(atMs: number): Der {
  const digits = new Date(atMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  const text = digits < '2050' ? digits.slice(2) : digits;
  return tagged(digits < '2050' ? 0x17 : 0x18, new TextEncoder().encode(text));
}

export { concat };
