// Joins the two sources into one list of types: the release says which fields exist, our facts say what they are.
import { elementOf, type FactField, type FactType } from './generate-api-facts.ts';
import type { Model, ModelOf } from './generate-api-models.ts';

export interface Field {
  /** Wire path: one number, or outer and inner for a field of an embedded type; empty without a wire form. */
  readonly wire: readonly number[];
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly pointer: boolean;
  readonly marks: readonly string[];
}

export interface ApiType {
  readonly id: string;
  readonly isKind: boolean;
  readonly isAtomic: boolean;
  readonly fields: readonly Field[];
  readonly docs: ReadonlyMap<string, string>;
}

/** Types with a form of their own in JSON, by the name that the schema table has for them. */
export const leafTypes: Readonly<Record<string, string>> = {
  'meta.v1.Time': 'time',
  'meta.v1.MicroTime': 'microTime',
  'meta.v1.Duration': 'duration',
  'meta.v1.FieldsV1': 'fieldSet',
  'meta.v1.Verbs': 'strings',
  'quantity.Quantity': 'quantity',
  'intstr.IntOrString': 'intOrString',
  'runtime.RawExtension': 'raw',
  'apiextensions.v1.JSON': 'json',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'schemaOrArray',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'schemaOrBool',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'schemaOrStrings',
  'authentication.v1.ExtraValue': 'strings',
  'authorization.v1.ExtraValue': 'strings',
  'certificates.v1.ExtraValue': 'strings',
};

export function resolveTypes(facts: ReadonlyMap<string, FactType>, modelOf: ModelOf): ApiType[] {
  const embedded = new Set<string>();
  const referenced = new Set<string>();
  for (const fact of facts.values()) {
    for (const field of fact.fields)
      (field.name === '@' ? embedded : referenced).add(elementOf(field.type));
  }
  const types: ApiType[] = [];
  for (const fact of facts.values()) {
    if (embedded.has(fact.name) && !referenced.has(fact.name) && !fact.isKind) continue;
    types.push(resolveType(fact, facts, modelOf(fact.name)));
  }
  return types.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function resolveType(
  fact: FactType,
  facts: ReadonlyMap<string, FactType>,
  model: Model | undefined,
): ApiType {
  const fields = flatten(fact, facts, [])
    .map((field) => ({
      ...field,
      required: field.required || (model?.fields.get(field.name) ?? false),
    }))
    .sort((a, b) => compareWire(a.wire, b.wire));
  const names = new Set(fields.map((field) => field.name));
  for (const name of model?.fields.keys() ?? []) {
    if (fact.isKind && (name === 'apiVersion' || name === 'kind')) continue;
    if (!names.has(name)) throw new Error(`no facts about ${fact.name}.${name}`);
  }
  return {
    id: fact.name,
    isKind: fact.isKind,
    isAtomic: fact.isAtomic,
    fields,
    docs: model?.docs ?? new Map(),
  };
}

function flatten(
  fact: FactType,
  facts: ReadonlyMap<string, FactType>,
  outer: readonly number[],
): Field[] {
  return fact.fields.flatMap((field) => {
    const wire = field.number === 0 ? [] : [...outer, field.number];
    if (field.name !== '@') return [{ ...plainField(field, facts), wire }];
    const inner = facts.get(field.type);
    if (inner === undefined)
      throw new Error(`no facts about ${field.type}, embedded in ${fact.name}`);
    return flatten(inner, facts, wire);
  });
}

function plainField(field: FactField, facts: ReadonlyMap<string, FactType>): Omit<Field, 'wire'> {
  const element = elementOf(field.type);
  const prefix = field.type.slice(0, field.type.length - element.length);
  if (element.includes('.') && leafTypes[element] === undefined && !facts.has(element)) {
    throw new Error(`no facts about ${element}`);
  }
  return { ...field, type: prefix + (leafTypes[element] ?? element) };
}

function compareWire(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
}
