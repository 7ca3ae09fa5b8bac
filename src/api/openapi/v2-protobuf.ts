/**
 * An OpenAPI v2 document as the protobuf message openapi.v2.Document
 * (gnostic's OpenAPIv2.proto). The tables below say which number
 * each field of the JSON form has, and how it is written; extensions (`x-…`) become named YAML texts.
 */
import { wireType } from '../protobuf/reader.ts';
import { Writer } from '../protobuf/writer.ts';
import type { JsonObject } from './served-resource.ts';

/** Writes one value as the field `number`. */
type Write = (writer: Writer, number: number, value: unknown) => void;

interface Message {
  /** JSON name → number and form. A name that ends in `*` takes every field that no other row takes. */
  readonly [name: string]: readonly [number: number, write: Write];
}

const text: Write = (writer, number, value) => writer.string(number, String(value));

const flag: Write = (writer, number, value) => {
  writer.signed(value === true ? 1 : 0);
  writer.tag(number, wireType.varint);
};

function list(write: Write): Write {
  return (writer, number, value) => {
    for (const item of (value as readonly unknown[]).toReversed()) write(writer, number, item);
  };
}

/** The value inside a message of one field. */
function inside(inner: number, write: Write): Write {
  return (writer, number, value) => {
    const before = writer.length;
    write(writer, inner, value);
    writer.endPiece(number, before);
  };
}

/** An object as a repeated pair of name and value. */
function named(write: Write): Write {
  return (writer, number, value) => {
    for (const [name, item] of Object.entries(value as JsonObject).toReversed()) {
      const before = writer.length;
      write(writer, 2, item);
      writer.string(1, name);
      writer.endPiece(number, before);
    }
  };
}

/** The message is asked for when it is needed, so that messages may contain themselves. */
function message(fields: () => Message): Write {
  return (writer, number, value) => {
    const before = writer.length;
    writeFields(writer, fields(), value as JsonObject);
    writer.endPiece(number, before);
  };
}

function writeFields(writer: Writer, fields: Message, object: JsonObject): void {
  const extensions: [string, unknown][] = [];
  for (const [name, value] of Object.entries(object).toReversed()) {
    const field = fields[name];
    if (field !== undefined) field[1](writer, field[0], value);
    else if (name.startsWith('x-')) extensions.unshift([name, value]);
  }
  const rest = fields['x-*'];
  if (rest !== undefined && extensions.length > 0) {
    rest[1](writer, rest[0], Object.fromEntries(extensions));
  }
}

/** openapi.v2.Any: JSON is YAML too. */
const any: Write = inside(2, (writer, number, value) =>
  writer.string(number, JSON.stringify(value)),
);
const extensions = named(any);

const schema: Write = message(() => schemaFields);

/** A type is a list of types there. */
const typeItem = inside(1, (writer, number, value) => {
  list(text)(writer, number, Array.isArray(value) ? value : [value]);
});

const additionalProperties: Write = (writer, number, value) => {
  const isFlag = typeof value === 'boolean';
  inside(isFlag ? 2 : 1, isFlag ? flag : schema)(writer, number, value);
};

const schemaFields: Message = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  required: [19, list(text)],
  enum: [20, list(any)],
  additionalProperties: [21, additionalProperties],
  type: [22, typeItem],
  items: [23, inside(1, schema)],
  allOf: [24, list(schema)],
  properties: [25, inside(1, named(schema))],
  'x-*': [31, extensions],
};

const bodyFields: Message = {
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, flag],
  schema: [5, schema],
};

const queryFields: Message = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  format: [7, text],
  uniqueItems: [20, flag],
};

const pathFields: Message = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  format: [6, text],
  uniqueItems: [19, flag],
};

const bodyParameter = inside(
  1,
  message(() => bodyFields),
);
const queryParameter = inside(
  2,
  inside(
    3,
    message(() => queryFields),
  ),
);
const pathParameter = inside(
  2,
  inside(
    4,
    message(() => pathFields),
  ),
);

const parameter: Write = (writer, number, value) => {
  const place = (value as JsonObject)['in'];
  const write =
    place === 'body' ? bodyParameter : place === 'path' ? pathParameter : queryParameter;
  inside(1, write)(writer, number, value);
};

const response = message(() => ({
  description: [1, text],
  schema: [2, inside(1, schema)],
  'x-*': [5, extensions],
}));

const operation = message(() => ({
  tags: [1, list(text)],
  summary: [2, text],
  description: [3, text],
  operationId: [5, text],
  produces: [6, list(text)],
  consumes: [7, list(text)],
  parameters: [8, list(parameter)],
  responses: [9, inside(1, named(inside(1, response)))],
  schemes: [10, list(text)],
  'x-*': [13, extensions],
}));

const pathItem = message(() => ({
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  patch: [8, operation],
  parameters: [9, list(parameter)],
  'x-*': [10, extensions],
}));

const info = message(() => ({ title: [1, text], version: [2, text], description: [3, text] }));

const documentFields: Message = {
  swagger: [1, text],
  info: [2, info],
  paths: [8, inside(2, named(pathItem))],
  definitions: [9, inside(1, named(schema))],
  'x-*': [16, extensions],
};

export function openapiV2Protobuf(document: JsonObject): Uint8Array {
  const writer = new Writer();
  writeFields(writer, documentFields, document);
  return writer.finish();
}
