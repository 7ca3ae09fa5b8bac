/**
 * UTF-8 in the middle of longer byte arrays. Most texts of an object are short and ASCII: those go
 * letter by letter, which is several times as quick as a call of the engine's own coder.
 */

const shortMax = 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Invalid bytes become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > shortMax) return decoder.decode(bytes.subarray(start, end));
  let text = '';
  for (let position = start; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
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
  if (text.length > shortMax) return void encoder.encodeInto(text, bytes.subarray(position));
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) return void encoder.encodeInto(text, bytes.subarray(position));
    bytes[position + index] = unit;
  }
}

function isPair(text: string, index: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
