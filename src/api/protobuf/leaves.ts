/** The wire forms of values that have a form of their own in JSON: Kubernetes' Time, Quantity, IntOrString and their like. */
import { formatDuration } from '../schema/duration.ts';
import { formatMicroTime, formatTime } from '../schema/time.ts';
import type { Leaf } from '../schema/types.ts';
import { numberOf, ProtobufProblem, type Reader, typeOf, wireType } from './reader.ts';

export type ScalarLeaf = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes';
export type UnionLeaf = Extract<Leaf, `schemaOr${string}`>;
export type MessageLeaf = Exclude<Leaf, ScalarLeaf | UnionLeaf>;

const scalars: Readonly<Record<ScalarLeaf, number>> = {
  string: wireType.bytes,
  bytes: wireType.bytes,
  bool: wireType.varint,
  int32: wireType.varint,
  int64: wireType.varint,
  double: wireType.fixed64,
};

export function scalarWireType(leaf: Leaf): number | undefined {
  return isScalar(leaf) ? scalars[leaf] : undefined;
}

export function isScalar(leaf: Leaf): leaf is ScalarLeaf {
  return Object.hasOwn(scalars, leaf);
}

export function isUnion(leaf: Leaf): leaf is UnionLeaf {
  return leaf.startsWith('schemaOr');
}

export function isMessage(leaf: Leaf): leaf is MessageLeaf {
  return !isScalar(leaf) && !isUnion(leaf);
}

export function decodeScalar(reader: Reader, leaf: ScalarLeaf): unknown {
  switch (leaf) {
    case 'string':
      return reader.string();
    case 'bytes':
      return reader.bytes().toBase64();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return reader.int64();
    case 'double':
      return reader.double();
  }
}

/** Undefined where the message stands for an absent value. */
export function decodeLeafMessage(reader: Reader, leaf: MessageLeaf): unknown {
  switch (leaf) {
    case 'time':
    case 'microTime':
      return decodeInstant(reader, leaf);
    case 'duration':
      return decodeDuration(reader);
    case 'quantity':
      return decodeQuantity(reader);
    case 'intOrString':
      return decodeIntOrString(reader);
    case 'strings':
      return decodeStrings(reader);
    case 'fieldSet':
    case 'raw':
    case 'json':
      return decodeJson(reader, leaf);
    case 'any':
      throw new ProtobufProblem('a free-form value has no wire form');
  }
}

/** Calls `field` for each field; a field that it leaves unread (returns false) is skipped. */
function eachField(reader: Reader, field: (number: number, type: number) => boolean): void {
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    if (!field(number, type)) reader.skip(type);
  }
}

/** Go writes its zero time as an empty message. */
function decodeInstant(reader: Reader, leaf: 'time' | 'microTime'): string | undefined {
  if (reader.isAtEnd) return undefined;
  let seconds = 0;
  let nanos = 0;
  eachField(reader, (number, type) => {
    if (type !== wireType.varint) return false;
    if (number === 1) seconds = reader.int64();
    else if (number === 2) nanos = reader.int32();
    else return false;
    return true;
  });
  const isInRange = seconds >= -62_135_596_800 && seconds <= 253_402_300_799;
  if (!isInRange || nanos < 0 || nanos > 999_999_999)
    throw new ProtobufProblem('time out of range');
  return (leaf === 'time' ? formatTime : formatMicroTime)({ seconds, nanos });
}

function decodeDuration(reader: Reader): string {
  let nanos = 0n;
  eachField(reader, (number, type) => {
    if (number !== 1 || type !== wireType.varint) return false;
    nanos = reader.bigInt64();
    return true;
  });
  return formatDuration(nanos);
}

function decodeQuantity(reader: Reader): string {
  return firstString(reader) ?? '0';
}

function firstString(reader: Reader): string | undefined {
  let text: string | undefined;
  eachField(reader, (number, type) => {
    if (number !== 1 || type !== wireType.bytes) return false;
    text = reader.string();
    return true;
  });
  return text;
}

function decodeIntOrString(reader: Reader): number | string {
  let isString = false;
  let int = 0;
  let text = '';
  eachField(reader, (number, type) => {
    if (number === 1 && type === wireType.varint) isString = reader.bool();
    else if (number === 2 && type === wireType.varint) int = reader.int32();
    else if (number === 3 && type === wireType.bytes) text = reader.string();
    else return false;
    return true;
  });
  return isString ? text : int;
}

function decodeStrings(reader: Reader): string[] {
  const items: string[] = [];
  eachField(reader, (number, type) => {
    if (number !== 1 || type !== wireType.bytes) return false;
    items.push(reader.string());
    return true;
  });
  return items;
}

function decodeJson(reader: Reader, leaf: string): unknown {
  const text = firstString(reader);
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ProtobufProblem(`${leaf} value is not JSON`, { cause: error });
  }
}
