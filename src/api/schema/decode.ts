/**
 * Turns a parsed JSON value into a clean object of its type, by the rules of Kubernetes' own
 * decoder (sigs.k8s.io/json): names are case-sensitive, unknown fields fall away, null means
 * absent, and what Go would not write back (an empty list, an empty string in a field that is not a
 * pointer) is absent too. Messages are worded as Go words them, since people and tools know them.
 */
import { limits } from '#base/limits.ts';
import { StatusError } from '#base/status-error.ts';
import { decodeLeaf } from './decode-leaf.ts';
import {
  type DecodeContext,
  DecodeProblem,
  goType,
  isObject,
  mismatch,
  pathText,
} from './decode-context.ts';
import { typeSchema } from './schema.ts';
import { setKey } from './set-key.ts';
import type { FieldSchema, Leaf, TypeSchema, ValueSchema } from './types.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface DecodeOptions {
  readonly fieldValidation: FieldValidation;
  /** Paths of fields that stood twice in the text (`findDuplicateFields`). */
  readonly duplicates?: readonly string[];
  /**
   * The value is part of an object (an apply configuration): nothing is added, and a zero value is
   * kept, since whoever wrote it means it.
   */
  readonly partial?: boolean;
  /**
   * Of an object of this type that was decoded before, frozen to the bottom: what the value has in
   * common with it, the very same lists and objects in the same fields, stays as it is.
   */
  readonly known?: Known | undefined;
}

type Known = Readonly<Record<string, unknown>>;

export interface Decoded<T> {
  /** A new object that shares nothing mutable with the input, except the insides of free-form values. */
  readonly object: T;
  /** Sentences for `Warning` headers; empty unless validation is `Warn`. */
  readonly warnings: string[];
}

/** Throws `BadRequest` for a value that is not of this type, and in strict mode for unknown fields. */
export function decodeObject<T = unknown>(
  value: unknown,
  type: TypeSchema,
  options: DecodeOptions,
): Decoded<T> {
  const context: DecodeContext = {
    path: [],
    unknown: [],
    isPartial: options.partial ?? false,
  };
  let object: unknown;
  try {
    object = decodeFields(value, type, context, undefined, options.known);
  } catch (error) {
    if (error instanceof DecodeProblem) throw refusal(type, error.message, error);
    throw error;
  }
  if (options.fieldValidation === 'Ignore') return { object: object as T, warnings: [] };
  const complaints = [
    ...context.unknown.map((path) => `unknown field "${path}"`),
    ...(options.duplicates ?? []).map((path) => `duplicate field "${path}"`),
  ];
  if (options.fieldValidation === 'Warn') return { object: object as T, warnings: complaints };
  if (complaints.length > 0) throw refusal(type, `strict decoding error: ${complaints.join(', ')}`);
  return { object: object as T, warnings: [] };
}

function refusal(type: TypeSchema, message: string, cause?: unknown): StatusError {
  const { goName, version } = type;
  const sentence = `${goName} in version "${version}" cannot be handled as a ${goName}: ${message}`;
  return new StatusError('BadRequest', sentence, undefined, { cause });
}

function decodeFields(
  value: unknown,
  type: TypeSchema,
  context: DecodeContext,
  owner: TypeSchema | undefined,
  known?: Known,
): Record<string, unknown> {
  if (!isObject(value)) throw mismatch(value, `${type.version}.${type.goName}`, context, owner);
  if (context.path.length > limits.bodyDepthLevels) throw new DecodeProblem('exceeded max depth');
  const object: Record<string, unknown> = {};
  for (const key in value) {
    context.path.push(key);
    decodeField(object, key, value[key], type, context, known);
    context.path.pop();
  }
  if (!context.isPartial) addAlways(object, type);
  return object;
}

function decodeField(
  object: Record<string, unknown>,
  key: string,
  value: unknown,
  type: TypeSchema,
  context: DecodeContext,
  known: Known | undefined,
): void {
  const field = type.fields.get(key);
  if (field !== undefined) {
    // In process an absent field may also be there as `undefined`.
    if (value === null || value === undefined) return;
    const before = known?.[key];
    if (value === before && typeof value === 'object') {
      object[key] = value;
      return;
    }
    const decoded = decodeValue(value, field.value, context, type, before);
    if (context.isPartial || !isLeftOut(decoded, field)) object[key] = decoded;
  } else if (type.isKind && (key === 'apiVersion' || key === 'kind')) {
    if (value === null) return;
    if (typeof value !== 'string') throw mismatch(value, 'string', context, type);
    object[key] = value;
  } else {
    context.unknown.push(pathText(context.path));
  }
}

function addAlways(object: Record<string, unknown>, type: TypeSchema): void {
  for (const { name, value } of type.always) {
    if (object[name] === undefined) object[name] = empty(value);
  }
}

function empty(schema: ValueSchema): unknown {
  if (schema.form === 'list') return [];
  const object: Record<string, unknown> = {};
  if (schema.form === 'object') addAlways(object, schema.type);
  return object;
}

const omittable: ReadonlySet<Leaf> = new Set([
  'string',
  'bool',
  'int32',
  'int64',
  'double',
  'bytes',
]);

/** What Go's `omitempty` leaves out when it writes. */
function isLeftOut(value: unknown, field: FieldSchema): boolean {
  if (field.required || field.pointer) return false;
  switch (field.value.form) {
    case 'object':
      return false;
    case 'list':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return Object.keys(value as object).length === 0;
    case 'leaf':
      return omittable.has(field.value.leaf) && (value === '' || value === 0 || value === false);
  }
}

function decodeValue(
  value: unknown,
  schema: ValueSchema,
  context: DecodeContext,
  owner: TypeSchema,
  known?: unknown,
): unknown {
  switch (schema.form) {
    case 'leaf':
      return isUnion(schema.leaf)
        ? decodeUnion(value, schema.leaf, context, owner)
        : decodeLeaf(value, schema.leaf, context, owner);
    case 'object':
      return decodeFields(value, schema.type, context, owner, known as Known | undefined);
    case 'list':
      return decodeList(value, schema.element, context, owner);
    case 'map':
      return decodeMap(value, schema.element, context, owner);
  }
}

type UnionLeaf = Extract<Leaf, `schemaOr${string}`>;

function isUnion(leaf: Leaf): leaf is UnionLeaf {
  return leaf.startsWith('schemaOr');
}

/** A JSON schema, or what may stand in its place. */
function decodeUnion(
  value: unknown,
  leaf: UnionLeaf,
  context: DecodeContext,
  owner: TypeSchema,
): unknown {
  const schema: ValueSchema = {
    form: 'object',
    name: 'JSONSchemaProps',
    type: typeSchema('JSONSchemaProps'),
  };
  if (leaf === 'schemaOrBool' && typeof value === 'boolean') return value;
  if (Array.isArray(value) && leaf === 'schemaOrArray')
    return decodeList(value, schema, context, owner);
  if (Array.isArray(value) && leaf === 'schemaOrStrings')
    return decodeLeaf(value, 'strings', context, owner);
  return decodeFields(value, schema.type, context, owner);
}

function decodeList(
  value: unknown,
  element: ValueSchema,
  context: DecodeContext,
  owner: TypeSchema,
): unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, `[]${goType(element)}`, context, owner);
  return value.map((item, index) => {
    context.path.push(index);
    const decoded = decodeElement(item, element, context, owner);
    context.path.pop();
    return decoded;
  });
}

function decodeMap(
  value: unknown,
  element: ValueSchema,
  context: DecodeContext,
  owner: TypeSchema,
): Record<string, unknown> {
  if (!isObject(value)) {
    throw mismatch(value, goType({ form: 'map', element }), context, owner);
  }
  const map: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    context.path.push({ key });
    const decoded = decodeElement(value[key], element, context, owner);
    context.path.pop();
    setKey(map, key, decoded);
  }
  return map;
}

/** Inside a list or map null stands for the zero value, since its place cannot be left out. */
function decodeElement(
  value: unknown,
  element: ValueSchema,
  context: DecodeContext,
  owner: TypeSchema,
): unknown {
  return value === null ? zero(element) : decodeValue(value, element, context, owner);
}

function zero(schema: ValueSchema): unknown {
  if (schema.form !== 'leaf') return empty(schema);
  switch (schema.leaf) {
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'string':
    case 'bytes':
      return '';
    case 'quantity':
      return '0';
    default:
      return null;
  }
}
