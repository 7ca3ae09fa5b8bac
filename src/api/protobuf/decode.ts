/**
 * Reads a message by the schema table into the plain JSON value that `decodeObject` expects. The
 * result is not yet clean (zero values stand where Go wrote them): `decodeObject` makes it so.
 */
import { limits } from '#base/limits.ts';
import { typeSchema } from '../schema/schema.ts';
import { setKey } from '../schema/set-key.ts';
import type { FieldSchema, TypeSchema, ValueSchema, WireTable } from '../schema/types.ts';
import { decodeLeafMessage, decodeScalar, isMessage, isUnion, scalarWireType } from './leaves.ts';
import type { UnionLeaf } from './leaves.ts';
import { numberOf, ProtobufProblem, type Reader, typeOf, wireType } from './reader.ts';

export type JsonObject = Record<string, unknown>;

/** Throws `ProtobufProblem` for bytes that are not such a message. */
export function decodeMessage(reader: Reader, type: TypeSchema, depth = 0): JsonObject {
  const object: JsonObject = {};
  readFields(reader, type.wire, object, depth);
  return object;
}

function readFields(reader: Reader, table: WireTable, object: JsonObject, depth: number): void {
  if (depth > limits.bodyDepthLevels) throw new ProtobufProblem('exceeded max depth');
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    const entry = table.get(number);
    if (entry === undefined) reader.skip(type);
    else if (isNested(entry)) readFields(pieceOf(reader, type), entry, object, depth + 1);
    else readField(reader, type, entry, object, depth);
  }
}

function isNested(entry: FieldSchema | WireTable): entry is WireTable {
  return entry instanceof Map;
}

function readField(
  reader: Reader,
  type: number,
  field: FieldSchema,
  object: JsonObject,
  depth: number,
): void {
  const { name, value } = field;
  switch (value.form) {
    case 'list':
      readElements(reader, type, value.element, listAt(object, name), depth);
      return;
    case 'map':
      readEntry(pieceOf(reader, type), value.element, mapAt(object, name), depth);
      return;
    case 'leaf':
    case 'object': {
      const read = readValue(reader, type, value, depth);
      if (read !== undefined) object[name] = read;
    }
  }
}

function listAt(object: JsonObject, name: string): unknown[] {
  const known = object[name];
  if (Array.isArray(known)) return known;
  const list: unknown[] = [];
  object[name] = list;
  return list;
}

function mapAt(object: JsonObject, name: string): JsonObject {
  const known = object[name];
  if (typeof known === 'object' && known !== null) return known as JsonObject;
  const map: JsonObject = {};
  object[name] = map;
  return map;
}

/** Numbers may come one by one or packed into one piece; a reader must take both. */
function readElements(
  reader: Reader,
  type: number,
  element: ValueSchema,
  list: unknown[],
  depth: number,
): void {
  const scalar = element.form === 'leaf' ? scalarWireType(element.leaf) : undefined;
  if (scalar === undefined || scalar === wireType.bytes || type !== wireType.bytes) {
    list.push(readValue(reader, type, element, depth) ?? null);
    return;
  }
  const packed = reader.piece();
  while (!packed.isAtEnd) list.push(readValue(packed, scalar, element, depth));
}

function readEntry(reader: Reader, element: ValueSchema, map: JsonObject, depth: number): void {
  let key = '';
  let value: unknown;
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    if (number === 1 && type === wireType.bytes) key = reader.string();
    else if (number === 2) value = readValue(reader, type, element, depth);
    else reader.skip(type);
  }
  setKey(map, key, value ?? null);
}

function readValue(reader: Reader, type: number, schema: ValueSchema, depth: number): unknown {
  if (schema.form === 'object') return decodeMessage(pieceOf(reader, type), schema.type, depth + 1);
  if (schema.form !== 'leaf') throw new ProtobufProblem('a list inside a list has no wire form');
  const { leaf } = schema;
  if (isUnion(leaf)) return decodeUnion(pieceOf(reader, type), leaf, depth + 1);
  if (isMessage(leaf)) return decodeLeafMessage(pieceOf(reader, type), leaf);
  if (type !== scalarWireType(leaf))
    throw new ProtobufProblem(`wrong wire type ${type} for ${leaf}`);
  return decodeScalar(reader, leaf);
}

/** apiextensions' JSONSchemaPropsOrArray, …OrBool, …OrStringArray. */
function decodeUnion(reader: Reader, leaf: UnionLeaf, depth: number): unknown {
  let schema: JsonObject | undefined;
  let allows = false;
  const list: unknown[] = [];
  const readSchema = (type: number): JsonObject =>
    decodeMessage(pieceOf(reader, type), typeSchema('JSONSchemaProps'), depth + 1);
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    if (leaf === 'schemaOrBool' && number === 1 && type === wireType.varint) allows = reader.bool();
    else if (number === (leaf === 'schemaOrBool' ? 2 : 1)) schema = readSchema(type);
    else if (number !== 2) reader.skip(type);
    else if (leaf === 'schemaOrArray') list.push(readSchema(type));
    else list.push(pieceOf(reader, type).rest());
  }
  if (schema !== undefined) return schema;
  return leaf === 'schemaOrBool' ? allows : list;
}

function pieceOf(reader: Reader, type: number): Reader {
  if (type !== wireType.bytes) throw new ProtobufProblem(`wrong wire type ${type} for a message`);
  return reader.piece();
}
