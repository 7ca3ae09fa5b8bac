/** As much of DER (X.690) as it takes to read a certificate request. Throws on what is none. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

const depthMax = 16;

/** The values that stand one after another. */
export function readAll(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { value, end } = readOne(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

function readOne(bytes: Uint8Array, at: number): { value: DerValue; end: number } {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined)
    throw new Error('asn1: syntax error: data truncated');
  let length = first;
  let start = at + 2;
  if (first > 0x7f) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new Error('asn1: structure error: invalid length');
    length = 0;
    for (let index = 0; index < count; index += 1)
      length = length * 256 + (bytes[start + index] ?? 0);
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw new Error('asn1: syntax error: data truncated');
  return { value: { tag, content: bytes.subarray(start, end) }, end };
}

/** The `index`es lead down, child by child; undefined where there is none. */
export function child(
  value: DerValue | undefined,
  ...path: readonly number[]
): DerValue | undefined {
  let found = value;
  for (const index of path.slice(0, depthMax)) found = found && readAll(found.content)[index];
  return found;
}

/** Dotted decimal. */
export function objectIdentifier({ content }: DerValue): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte > 0x7f) continue;
    numbers.push(number);
    number = 0;
  }
  const [head = 0, ...rest] = numbers;
  const root = Math.min(Math.floor(head / 40), 2);
  return [root, head - root * 40, ...rest].join('.');
}
