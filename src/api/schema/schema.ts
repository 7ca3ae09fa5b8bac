/** Finds the schema of a type or kind. Its fields are compiled when first asked for, and never change. */
import { assert } from '#base/assert.ts';
import kindTable from '../generated/kinds.json' with { type: 'json' };
import schemaTable from '../generated/schema.json' with { type: 'json' };
import { TableType } from './parse.ts';
import type { FieldSchema, TypeSchema } from './types.ts';

export type { FieldSchema, Leaf, TypeSchema, ValueSchema } from './types.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const types: ReadonlyMap<string, TypeSchema> = new Map(
  Object.entries(schemaTable).map(([name, text]) => [name, new TableType(name, text, typeSchema)]),
);
const typeOfKind: ReadonlyMap<string, string> = new Map(
  kindTable.map(([group, version, kind, type = '']) => [`${group}/${version}/${kind}`, type]),
);

/** By its name in `#api/types.ts`; asking for a name that does not exist is a bug. */
export function typeSchema(name: string): TypeSchema {
  const type = types.get(name);
  assert(type !== undefined, `no schema for type ${name}`);
  return type;
}

/** The root type of a kind, built in or of the meta group; undefined when there is none. */
export function schemaOf({ group, version, kind }: GroupVersionKind): TypeSchema | undefined {
  const name = typeOfKind.get(`${group}/${version}/${kind}`) ?? metaTypeOf(version, kind);
  return name === undefined ? undefined : typeSchema(name);
}

/** DeleteOptions, Status and their like are known in every group. */
function metaTypeOf(version: string, kind: string): string | undefined {
  const name = typeOfKind.get(`/${version}/${kind}`);
  return name !== undefined && typeSchema(name).package === 'meta' ? name : undefined;
}

/** The type of a list of such objects, for types of kinds that are listed. */
export function listTypeOf(type: TypeSchema): TypeSchema | undefined {
  return types.get(`${type.name}List`);
}

/** Every type of the table. */
export function typeNames(): readonly string[] {
  return [...types.keys()];
}

/**
 * The field at `path`, by field names only: indexes and keys of lists and maps on the way are left
 * out. `['spec', 'containers', 'ports']`.
 */
export function fieldAt(root: TypeSchema, path: readonly string[]): FieldSchema | undefined {
  let type: TypeSchema | undefined = root;
  let field: FieldSchema | undefined;
  for (const step of path) {
    field = type?.fields.get(step);
    if (field === undefined) return undefined;
    type = objectIn(field.value);
  }
  return field;
}

/** The object type that a value, or the elements of a list or map, have. */
export function objectIn(value: FieldSchema['value']): TypeSchema | undefined {
  if (value.form === 'object') return value.type;
  return value.form === 'leaf' ? undefined : objectIn(value.element);
}
