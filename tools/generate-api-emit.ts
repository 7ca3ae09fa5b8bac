// Writes the generated files: TypeScript interfaces for people, a compact table for the program.
import { elementOf } from './generate-api-facts.ts';
import type { ApiType, Field } from './generate-api-resolve.ts';

const banner = '// Written by tools/generate-api.ts. Do not edit.\n';

const scalarTypes: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'boolean',
  int32: 'number',
  int64: 'number',
  double: 'number',
  bytes: 'Base64',
  time: 'Timestamp',
  microTime: 'Timestamp',
  duration: 'string',
  quantity: 'Quantity',
  intOrString: 'IntOrString',
  fieldSet: 'Record<string, unknown>',
  strings: 'string[]',
  raw: 'unknown',
  json: 'unknown',
  any: 'unknown',
  schemaOrArray: 'JSONSchemaProps | JSONSchemaProps[]',
  schemaOrBool: 'JSONSchemaProps | boolean',
  schemaOrStrings: 'JSONSchemaProps | string[]',
};

/** Group of each package whose group is not the package's own name. */
const groups: Readonly<Record<string, string>> = {
  core: '',
  admission: 'admission.k8s.io',
  admissionregistration: 'admissionregistration.k8s.io',
  apidiscovery: 'apidiscovery.k8s.io',
  apiextensions: 'apiextensions.k8s.io',
  apiregistration: 'apiregistration.k8s.io',
  authentication: 'authentication.k8s.io',
  authorization: 'authorization.k8s.io',
  certificates: 'certificates.k8s.io',
  coordination: 'coordination.k8s.io',
  discovery: 'discovery.k8s.io',
  events: 'events.k8s.io',
  flowcontrol: 'flowcontrol.apiserver.k8s.io',
  metrics: 'metrics.k8s.io',
  networking: 'networking.k8s.io',
  node: 'node.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  resource: 'resource.k8s.io',
  scheduling: 'scheduling.k8s.io',
  storage: 'storage.k8s.io',
  storagemigration: 'storagemigration.k8s.io',
};

/** Kinds of the meta package that have a group of their own; the others appear in every group, as plain `v1`. */
const metaGroupKinds = /^meta\.v1\.(Table|PartialObjectMetadata|PartialObjectMetadataList)$/;

function groupVersionKind(id: string): { group: string; version: string; kind: string } {
  const [name = '', version = '', kind = ''] = id.split('.');
  if (name === 'meta')
    return { group: metaGroupKinds.test(id) ? 'meta.k8s.io' : '', version, kind };
  return { group: groups[name] ?? name, version, kind };
}

export function emitTypes(types: readonly ApiType[], names: ReadonlyMap<string, string>): string {
  const head = `${banner}// The Kubernetes API as TypeScript: facts only, the meaning of a field stands in Kubernetes' own reference.

/** RFC 3339, in UTC. */
export type Timestamp = string;
/** A decimal number with an optional suffix, such as \`100m\` or \`2Gi\`. */
export type Quantity = string;
/** Bytes in standard base64. */
export type Base64 = string;
export type IntOrString = number | string;
`;
  const sorted = [...types].sort((a, b) =>
    (names.get(a.id) ?? '') < (names.get(b.id) ?? '') ? -1 : 1,
  );
  return head + sorted.map((type) => emitInterface(type, names)).join('');
}

function emitInterface(type: ApiType, names: ReadonlyMap<string, string>): string {
  const lines = [
    ...kindLines(type),
    ...type.fields.map((field) => propertyLine(type, field, names)),
  ];
  const name = names.get(type.id) ?? '';
  if (lines.length === 0) return `\nexport type ${name} = Record<string, never>;\n`;
  return `\nexport interface ${name} {\n${lines.join('')}}\n`;
}

function kindLines(type: ApiType): string[] {
  if (!type.isKind) return [];
  const { group, version, kind } = groupVersionKind(type.id);
  const mark = type.id.startsWith('meta.') && !hasMetadata(type) ? '?' : '';
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return [`  apiVersion${mark}: '${apiVersion}';\n`, `  kind${mark}: '${kind}';\n`];
}

function hasMetadata(type: ApiType): boolean {
  return type.fields.some((field) => field.name === 'metadata');
}

function propertyLine(owner: ApiType, field: Field, names: ReadonlyMap<string, string>): string {
  const required = field.required || isAlwaysThere(owner, field);
  const key = /^[\w$]+$/.test(field.name) ? field.name : `'${field.name}'`;
  const type = propertyType(
    field.type,
    names,
    !owner.isKind && field.type === 'meta.v1.ObjectMeta',
  );
  return required ? `  ${key}: ${type};\n` : `  ${key}?: ${type} | undefined;\n`;
}

/**
 * What a decoded object always has, though the API calls it optional: the decoder fills in an absent `metadata` of a kind
 * and an absent `spec`, as Kubernetes' own decoder does. Every object at rest has a name; a creator that wants one generated
 * says `name: ''`.
 */
function isAlwaysThere(owner: ApiType, field: Field): boolean {
  if (field.name === 'spec') return true;
  if (field.name === 'metadata') return owner.isKind;
  return owner.id === 'meta.v1.ObjectMeta' && field.name === 'name';
}

function propertyType(
  type: string,
  names: ReadonlyMap<string, string>,
  isTemplate: boolean,
): string {
  if (type.startsWith('[]')) {
    const element = propertyType(type.slice(2), names, false);
    return element.includes(' ') ? `(${element})[]` : `${element}[]`;
  }
  if (type.startsWith('map:'))
    return `Record<string, ${propertyType(type.slice(4), names, false)}>`;
  const name = scalarTypes[type] ?? names.get(type);
  if (name === undefined) throw new Error(`no TypeScript type for ${type}`);
  return isTemplate ? `Partial<${name}>` : name;
}

/** One text per type; src/api/schema/parse.ts explains the form. */
export function emitSchema(types: readonly ApiType[], names: ReadonlyMap<string, string>): string {
  const table = types.map((type) => [names.get(type.id) ?? '', schemaText(type, names)]);
  return `${JSON.stringify(Object.fromEntries(table), undefined, 0).replaceAll('","', '",\n"')}\n`;
}

function schemaText(type: ApiType, names: ReadonlyMap<string, string>): string {
  const head = [
    type.id,
    ...(type.isKind ? ['kind'] : []),
    ...(type.isAtomic ? ['atomic'] : []),
  ].join(' ');
  const lines = type.fields.map((field) => {
    const flags = `${field.required ? '!' : ''}${field.pointer ? '*' : ''}`;
    const element = elementOf(field.type);
    const prefix = field.type.slice(0, field.type.length - element.length);
    const shown = prefix + (names.get(element) ?? element);
    return `\n${[`${field.wire.join('.')}${flags}`, field.name, shown, ...field.marks].join(' ')}`;
  });
  return head + lines.join('');
}

/** Group, version, kind, and the name of the type in the schema table. */
export function emitKinds(types: readonly ApiType[], names: ReadonlyMap<string, string>): string {
  const rows = types
    .filter((type) => type.isKind)
    .map((type) => {
      const { group, version, kind } = groupVersionKind(type.id);
      return JSON.stringify([group, version, kind, names.get(type.id) ?? '']);
    });
  return `[\n${rows.join(',\n')}\n]\n`;
}
