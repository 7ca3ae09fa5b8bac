/** Where a decoder stands, and how it says what is wrong there. */
import type { Leaf, TypeSchema, ValueSchema } from './types.ts';

/** A field name, a list index, or the key of a map. */
export type Step = string | number | { readonly key: string };

export interface DecodeContext {
  readonly path: Step[];
  /** Paths of fields that the schema does not have. */
  readonly unknown: string[];
  readonly isPartial: boolean;
}

/** The input is not of its type; the message is for the person who sent it. */
export class DecodeProblem extends Error {
  override readonly name = 'DecodeProblem';
}

/** `spec.containers[0].image` */
export function pathText(path: readonly Step[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${typeof step === 'string' ? step : step.key}`;
  }
  return text;
}

/** Worded as Go's `json.UnmarshalTypeError`: the path has field names only. */
export function mismatch(
  value: unknown,
  expected: string,
  context: Pick<DecodeContext, 'path'>,
  owner: TypeSchema | undefined,
): DecodeProblem {
  const head = `json: cannot unmarshal ${jsonType(value)} into Go`;
  if (owner === undefined) return new DecodeProblem(`${head} value of type ${expected}`);
  const fields = context.path.filter((step) => typeof step === 'string').join('.');
  return new DecodeProblem(`${head} struct field ${owner.goName}.${fields} of type ${expected}`);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && !Number.isInteger(value)) return `number ${value}`;
  return typeof value;
}

const goLeaves: Partial<Record<Leaf, string>> = {
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  strings: 'v1.ExtraValue',
  fieldSet: 'v1.FieldsV1',
  raw: 'runtime.RawExtension',
  json: 'v1.JSON',
  any: 'interface {}',
};

/** The Go type of a value, as error messages name it. */
export function goType(schema: ValueSchema): string {
  switch (schema.form) {
    case 'leaf':
      return goLeaves[schema.leaf] ?? schema.leaf;
    case 'list':
      return `[]${goType(schema.element)}`;
    case 'map':
      return `map[string]${goType(schema.element)}`;
    case 'object':
      return `${schema.type.version}.${schema.type.goName}`;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
