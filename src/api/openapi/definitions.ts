/** Collects every type that a set of served resources reaches, each once. */
import { listTypeOf, schemaOf, type TypeSchema, typeSchema } from '../schema/schema.ts';
import { customName, patchName, typeName } from './names.ts';
import type { GroupVersionKind } from './operations.ts';
import {
  type Docs,
  groupVersionsOf,
  type JsonObject,
  type ServedResource,
} from './served-resource.ts';
import {
  type Dialect,
  patchDefinition,
  reference,
  typeDefinition,
  type Visit,
  visitType,
} from './schemas.ts';

export function definitionsOf(
  resources: readonly ServedResource[],
  docs: Docs,
  dialect: Dialect,
): ReadonlyMap<string, JsonObject> {
  const kinds = servedKinds(resources);
  const found = new Map<string, JsonObject>();
  const visit: Visit = (name, definition, type) => {
    if (found.has(name)) return;
    if (type === undefined) {
      found.set(name, definition());
      return;
    }
    found.set(name, typeDefinition(type, kinds(type), docs, dialect));
    visitType(type, dialect, visit);
  };
  for (const type of rootTypes(resources)) visit(typeName(type), () => ({}), type);
  found.set(patchName, patchDefinition);
  for (const resource of resources) addCustom(found, resource, dialect);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In every document, since every resource is deleted, watched and refused alike. */
const commonTypes = [
  'DeleteOptions',
  'Status',
  'WatchEvent',
  'ObjectMeta',
  'ListMeta',
  'APIResourceList',
];

function rootTypes(resources: readonly ServedResource[]): TypeSchema[] {
  const types = commonTypes.map(typeSchema);
  for (const { customSchema, type, verbs, subresources = [] } of resources) {
    if (customSchema === undefined) {
      const schema = typeSchema(type);
      const list = verbs.includes('list') ? listTypeOf(schema) : undefined;
      types.push(schema, ...(list === undefined ? [] : [list]));
    }
    for (const { body } of subresources) {
      const schema = body === undefined ? undefined : schemaOf(body);
      if (schema !== undefined) types.push(schema);
    }
  }
  return types;
}

/** Answers under which group, version, kind a type is served; options and Status belong to every group. */
function servedKinds(
  resources: readonly ServedResource[],
): (type: TypeSchema) => GroupVersionKind[] {
  const byType = new Map<TypeSchema, GroupVersionKind[]>();
  const add = (type: TypeSchema | undefined, kind: GroupVersionKind): void => {
    if (type === undefined) return;
    const known = byType.get(type) ?? [];
    const isNew = !known.some((each) => JSON.stringify(each) === JSON.stringify(kind));
    byType.set(type, isNew ? [...known, kind] : known);
  };
  for (const { group, version, kind, type, customSchema, subresources = [] } of resources) {
    if (customSchema !== undefined) continue;
    add(typeSchema(type), { group, version, kind });
    add(listTypeOf(typeSchema(type)), { group, version, kind: `${kind}List` });
    for (const { body } of subresources) if (body) add(schemaOf(body), { ...body });
  }
  for (const groupVersion of groupVersionsOf(resources)) {
    add(typeSchema('DeleteOptions'), { ...groupVersion, kind: 'DeleteOptions' });
    add(typeSchema('WatchEvent'), { ...groupVersion, kind: 'WatchEvent' });
  }
  add(typeSchema('Status'), { group: '', version: 'v1', kind: 'Status' });
  add(typeSchema('APIResourceList'), { group: '', version: 'v1', kind: 'APIResourceList' });
  return (type) => byType.get(type) ?? [];
}

function addCustom(
  found: Map<string, JsonObject>,
  resource: ServedResource,
  dialect: Dialect,
): void {
  const { customSchema, group, version, kind } = resource;
  if (customSchema === undefined) return;
  const name = customName(resource);
  const mark = (suffix: string): JsonObject => ({
    'x-kubernetes-group-version-kind': [{ group, version, kind: `${kind}${suffix}` }],
  });
  const meta = typeName(typeSchema('ObjectMeta'));
  const properties = customSchema['properties'] as JsonObject | undefined;
  found.set(name, {
    ...customSchema,
    properties: {
      ...properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: reference(meta, dialect),
    },
    ...mark(''),
  });
  found.set(`${name}List`, {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: reference(typeName(typeSchema('ListMeta')), dialect),
      items: { type: 'array', items: reference(name, dialect) },
    },
    ...mark('List'),
  });
}
