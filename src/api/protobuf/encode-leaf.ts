/** Writes values that have a form of their own in JSON; the twin of `leaves.ts`. */
import { assert } from '#base/assert.ts';
import { parseDuration } from '../schema/duration.ts';
import { parseInstant } from '../schema/time.ts';
import type { MessageLeaf, ScalarLeaf } from './leaves.ts';
import { wireType } from './reader.ts';
import type { Writer } from './writer.ts';

/** Strings and bytes with their tag, numbers without. */
export function encodeScalar(
  writer: Writer,
  number: number,
  value: unknown,
  leaf: ScalarLeaf,
): void {
  switch (leaf) {
    case 'string':
      writer.string(number, String(value));
      return;
    case 'bytes':
      writer.bytes(number, Uint8Array.fromBase64(String(value)));
      return;
    case 'bool':
      writer.signed(value === true ? 1 : 0);
      return;
    case 'int32':
    case 'int64':
      writer.signed(Number(value));
      return;
    case 'double':
      writer.double(Number(value));
  }
}

/** The inside of the message. */
export function encodeLeafMessage(writer: Writer, value: unknown, leaf: MessageLeaf): void {
  switch (leaf) {
    case 'time':
    case 'microTime':
      encodeInstant(writer, String(value));
      return;
    case 'duration':
      writer.bigSigned(parseDuration(String(value)) ?? 0n);
      writer.tag(1, wireType.varint);
      return;
    case 'quantity':
      writer.string(1, String(value));
      return;
    case 'intOrString':
      encodeIntOrString(writer, value);
      return;
    case 'strings':
      for (const item of (value as readonly string[]).toReversed()) writer.string(1, item);
      return;
    case 'fieldSet':
    case 'raw':
    case 'json':
      writer.string(1, JSON.stringify(value));
      return;
    case 'any':
      assert(false, 'a free-form value has no wire form');
  }
}

/** Both fields are always written: an empty message would be Go's zero time. */
function encodeInstant(writer: Writer, text: string): void {
  const { seconds, nanos } = parseInstant(text) ?? { seconds: 0, nanos: 0 };
  writer.signed(nanos);
  writer.tag(2, wireType.varint);
  writer.signed(seconds);
  writer.tag(1, wireType.varint);
}

function encodeIntOrString(writer: Writer, value: unknown): void {
  const isString = typeof value === 'string';
  writer.string(3, isString ? value : '');
  writer.signed(isString ? 0 : Number(value));
  writer.tag(2, wireType.varint);
  writer.signed(isString ? 1 : 0);
  writer.tag(1, wireType.varint);
}
