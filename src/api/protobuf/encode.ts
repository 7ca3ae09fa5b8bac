/** Writes a clean object (as `decodeObject` returns it) as a message, by the schema table. */
import { assert } from '#base/assert.ts';
import { typeSchema } from '../schema/schema.ts';
import type { TypeSchema, ValueSchema, WireEntry, WireTable } from '../schema/types.ts';
import { encodeLeafMessage, encodeScalar } from './encode-leaf.ts';
import { isScalar, isUnion, scalarWireType, type UnionLeaf } from './leaves.ts';
import { wireType } from './reader.ts';
import type { Writer } from './writer.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The fields alone, without tag and length. Fields that the schema does not have are left out. */
export function encodeMessage(writer: Writer, object: JsonObject, type: TypeSchema): void {
  encodeTable(writer, object, type.wire);
}

function encodeTable(writer: Writer, object: JsonObject, table: WireTable): void {
  for (const [number, entry] of [...table].toReversed()) encodeEntry(writer, number, entry, object);
}

function encodeEntry(writer: Writer, number: number, entry: WireEntry, object: JsonObject): void {
  if (entry instanceof Map) {
    const before = writer.length;
    encodeTable(writer, object, entry);
    if (writer.length > before) writer.endPiece(number, before);
    return;
  }
  const field = entry as Exclude<WireEntry, WireTable>;
  const value = Object.hasOwn(object, field.name) ? object[field.name] : undefined;
  if (value !== undefined && value !== null) encodeValue(writer, number, value, field.value);
}

function encodeValue(writer: Writer, number: number, value: unknown, schema: ValueSchema): void {
  switch (schema.form) {
    case 'list':
      for (const item of (value as readonly unknown[]).toReversed()) {
        encodeValue(writer, number, item, schema.element);
      }
      return;
    case 'map':
      encodeMap(writer, number, value as JsonObject, schema.element);
      return;
    case 'object': {
      const before = writer.length;
      encodeMessage(writer, value as JsonObject, schema.type);
      writer.endPiece(number, before);
      return;
    }
    case 'leaf':
      encodeLeaf(writer, number, value, schema);
  }
}

function encodeLeaf(
  writer: Writer,
  number: number,
  value: unknown,
  { leaf }: Extract<ValueSchema, { form: 'leaf' }>,
): void {
  if (isScalar(leaf)) {
    encodeScalar(writer, number, value, leaf);
    const type = scalarWireType(leaf);
    if (type !== undefined && type !== wireType.bytes) writer.tag(number, type);
    return;
  }
  const before = writer.length;
  if (isUnion(leaf)) encodeUnion(writer, value, leaf);
  else encodeLeafMessage(writer, value, leaf);
  writer.endPiece(number, before);
}

/** Sorted by key, so that equal maps have equal bytes. */
function encodeMap(writer: Writer, number: number, map: JsonObject, element: ValueSchema): void {
  for (const key of Object.keys(map).sort().toReversed()) {
    const before = writer.length;
    encodeValue(writer, 2, map[key], element);
    writer.string(1, key);
    writer.endPiece(number, before);
  }
}

function encodeUnion(writer: Writer, value: unknown, leaf: UnionLeaf): void {
  const schema: ValueSchema = { form: 'object', name: '', type: typeSchema('JSONSchemaProps') };
  const schemaNumber = leaf === 'schemaOrBool' ? 2 : 1;
  if (typeof value === 'boolean') {
    writer.signed(value ? 1 : 0);
    writer.tag(1, wireType.varint);
  } else if (!Array.isArray(value)) {
    encodeValue(writer, schemaNumber, value, schema);
    // Go's JSONSchemaPropsOrBool means "allowed" wherever it has a schema.
    if (leaf === 'schemaOrBool') encodeUnion(writer, true, leaf);
  } else {
    assert(leaf !== 'schemaOrBool', 'a list where a schema or a boolean stands');
    const element: ValueSchema =
      leaf === 'schemaOrArray' ? schema : { form: 'leaf', leaf: 'string' };
    encodeValue(writer, 2, value, { form: 'list', element });
  }
}
