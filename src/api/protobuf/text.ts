/** UTF-8 and base64 over byte arrays, without any host's help. */

/** Invalid bytes become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  let position = start;
  while (position < end && (bytes[position] ?? 0) < 0x80) position += 1;
  const head = decodeAscii(bytes, start, position);
  return position === end ? head : head + decodeMixed(bytes, position, end);
}

/** Short texts letter by letter, which is quickest; long ones in pieces, since a call can take only so many arguments. */
function decodeAscii(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  let position = start;
  if (end - start <= 32) {
    while (position < end) text += String.fromCharCode(bytes[position++] ?? 0);
    return text;
  }
  for (; position < end; position += 4096) {
    const piece = bytes.subarray(position, Math.min(end, position + 4096));
    text += Reflect.apply(String.fromCharCode, undefined, piece) as string;
  }
  return text;
}

function decodeMixed(bytes: Uint8Array, start: number, end: number): string {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let position = start; position < end; ) {
    const [code, length] = codePoint(bytes, position, end);
    codes.push(code);
    position += length;
    if (codes.length === 2048) {
      parts.push(String.fromCodePoint(...codes));
      codes = [];
    }
  }
  parts.push(String.fromCodePoint(...codes));
  return parts.join('');
}

const replacement: readonly [number, number] = [0xfffd, 1];
/** Smallest code point of a sequence of 2, 3 and 4 bytes: a longer spelling of a smaller one is invalid. */
const smallest = [0, 0, 0x80, 0x800, 0x10000];

function codePoint(bytes: Uint8Array, position: number, end: number): readonly [number, number] {
  const first = bytes[position] ?? 0;
  if (first < 0x80) return [first, 1];
  const length = sequenceLength(first);
  if (length === 0 || position + length > end) return replacement;
  let code = first & (0x7f >> length);
  for (let offset = 1; offset < length; offset += 1) {
    const next = bytes[position + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return replacement;
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (isSurrogate || code > 0x10ffff || code < (smallest[length] ?? 0)) return replacement;
  return [code, length];
}

function sequenceLength(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/** Bytes that the text takes as UTF-8; a lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isPair(text, index, unit)) {
      length += 4;
      index += 1;
    } else length += 3;
  }
  return length;
}

/** Writes the text at `position`; the caller has made room for `utf8Length(text)` bytes. */
export function encodeUtf8(text: string, bytes: Uint8Array, position: number): void {
  let at = position;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (isPair(text, index, unit)) {
      const code = text.codePointAt(index) ?? 0;
      bytes[at++] = 0xf0 | (code >> 18);
      bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
      index += 1;
    } else {
      const code = unit >= 0xd800 && unit <= 0xdfff ? 0xfffd : unit;
      bytes[at++] = 0xe0 | (code >> 12);
      bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[at++] = 0x80 | (code & 0x3f);
    }
  }
}

function isPair(text: string, index: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets: ReadonlyMap<string, number> = new Map(
  Array.from(alphabet, (letter, index) => [letter, index]),
);

export function encodeBase64(bytes: Uint8Array): string {
  const groups: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(index, index + 3);
    const bits = (first << 16) | (second << 8) | third;
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(bits >> shift) & 63] ?? '');
    const filled = Math.min(bytes.length - index, 3) + 1;
    groups.push(letters.slice(0, filled).join('').padEnd(4, '='));
  }
  return groups.join('');
}

/** Of a text that has been checked before; other letters count as zero. */
export function decodeBase64(text: string): Uint8Array {
  const letters = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((letters.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of letters) {
    bits = ((bits << 6) | (sextets.get(letter) ?? 0)) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
}
