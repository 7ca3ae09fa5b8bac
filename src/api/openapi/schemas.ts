/** JSON schemas of types, in the dialect of either version of OpenAPI, with Kubernetes' own marks. */
import type { FieldSchema, Leaf, TypeSchema, ValueSchema } from '../schema/schema.ts';
import { leafNames, typeName } from './names.ts';
import type { GroupVersionKind } from './operations.ts';
import type { Docs, JsonObject } from './served-resource.ts';

export interface Dialect {
  /** What stands before a type's name in a `$ref`. */
  readonly refPrefix: string;
  /** v3 cannot have anything beside a `$ref`, and knows `oneOf`. */
  readonly version: 2 | 3;
}

export const v2: Dialect = { refPrefix: '#/definitions/', version: 2 };
export const v3: Dialect = { refPrefix: '#/components/schemas/', version: 3 };

export function reference(name: string, { refPrefix }: Dialect): JsonObject {
  return { $ref: `${refPrefix}${name}` };
}

const plainLeaves: Readonly<Partial<Record<Leaf, JsonObject>>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  strings: { type: 'array', items: { type: 'string' } },
  any: {},
};

const time: JsonObject = { type: 'string', format: 'date-time' };

/** The definitions behind `leafNames`. */
export function leafDefinition(leaf: Leaf, { version }: Dialect): JsonObject {
  switch (leaf) {
    case 'time':
    case 'microTime':
      return time;
    case 'duration':
      return { type: 'string' };
    case 'quantity':
      return version === 2
        ? { type: 'string' }
        : { oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'intOrString':
      return version === 2
        ? { type: 'string', format: 'int-or-string' }
        : { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };
    case 'fieldSet':
    case 'raw':
      return { type: 'object' };
    default:
      return {};
  }
}

export const patchDefinition: JsonObject = { type: 'object' };

export type Visit = (name: string, definition: () => JsonObject, type?: TypeSchema) => void;

/** Tells `visit` each type that the value names, with what it is. */
export function visitValue(value: ValueSchema, dialect: Dialect, visit: Visit): void {
  if (value.form === 'list' || value.form === 'map') {
    visitValue(value.element, dialect, visit);
  } else if (value.form === 'object') {
    visit(typeName(value.type), () => ({}), value.type);
  } else {
    const name = leafNames[value.leaf];
    if (name !== undefined) visit(name, () => leafDefinition(value.leaf, dialect));
  }
}

export function valueSchema(value: ValueSchema, dialect: Dialect): JsonObject {
  switch (value.form) {
    case 'object':
      return reference(typeName(value.type), dialect);
    case 'list':
      return { type: 'array', items: valueSchema(value.element, dialect) };
    case 'map':
      return { type: 'object', additionalProperties: valueSchema(value.element, dialect) };
    case 'leaf': {
      const name = leafNames[value.leaf];
      return name === undefined ? (plainLeaves[value.leaf] ?? {}) : reference(name, dialect);
    }
  }
}

export function fieldSchema(
  field: FieldSchema,
  text: string | undefined,
  dialect: Dialect,
): JsonObject {
  const beside: JsonObject = {
    ...(text === undefined ? {} : { description: text }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...mergeMarks(field),
    ...patchMarks(field),
  };
  const schema = withEnum(valueSchema(field.value, dialect), field.enum);
  const isAlone = dialect.version === 2 || !('$ref' in schema) || Object.keys(beside).length === 0;
  return isAlone ? { ...beside, ...schema } : { ...beside, allOf: [schema] };
}

/** Of a list it is each element that is one of the words. */
function withEnum(schema: JsonObject, words: readonly string[] | undefined): JsonObject {
  if (words === undefined) return schema;
  const { items } = schema;
  return items === undefined
    ? { ...schema, enum: words }
    : { ...schema, items: { ...(items as JsonObject), enum: words } };
}

function mergeMarks({ merge, value }: FieldSchema): JsonObject {
  if (merge === undefined) return {};
  if (value.form !== 'list') return { 'x-kubernetes-map-type': 'atomic' };
  return {
    'x-kubernetes-list-type': merge.as,
    ...(merge.as === 'map' ? { 'x-kubernetes-list-map-keys': merge.keys } : {}),
  };
}

function patchMarks({ patch }: FieldSchema): JsonObject {
  if (patch === undefined) return {};
  return {
    'x-kubernetes-patch-strategy': patch.strategies.join(','),
    ...(patch.mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patch.mergeKey }),
  };
}

/** The whole type; `kinds` are the group, version, kind under which it is served. */
export function typeDefinition(
  type: TypeSchema,
  kinds: readonly GroupVersionKind[],
  docs: Docs,
  dialect: Dialect,
): JsonObject {
  const texts = docs[type.name] ?? {};
  const properties: Record<string, JsonObject> = {};
  for (const name of type.isKind ? ['apiVersion', 'kind'] : []) {
    properties[name] = { ...(texts[name] ? { description: texts[name] } : {}), type: 'string' };
  }
  for (const field of type.fields.values()) {
    properties[field.name] = fieldSchema(
      field,
      texts[field.name] ?? typeText(field, docs),
      dialect,
    );
  }
  const required = [...type.fields.values()]
    .filter((field) => field.required)
    .map(({ name }) => name);
  return {
    ...(texts[''] ? { description: texts[''] } : {}),
    type: 'object',
    ...(required.length > 0 ? { required: required.sort() } : {}),
    properties,
    ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds } : {}),
    ...(type.isAtomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

/** What is said about the type, where nothing is said about the field. */
function typeText({ value }: FieldSchema, docs: Docs): string | undefined {
  return value.form === 'object' ? docs[value.name]?.[''] : undefined;
}

export function visitType(type: TypeSchema, dialect: Dialect, visit: Visit): void {
  for (const field of type.fields.values()) visitValue(field.value, dialect, visit);
}
