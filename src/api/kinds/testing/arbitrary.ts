/**
 * Random objects of a schema's shape, for properties: every field may be there or not, and texts are
 * often words that rules look for, so that the rules behind them are reached.
 */
import fc from 'fast-check';
import { typeSchema } from '../../schema/schema.ts';
import type { FieldSchema, Leaf, TypeSchema, ValueSchema } from '../../schema/types.ts';

/** Types nest without end (JSON schemas); an object this deep gets no objects of its own. */
const depthMax = 12;

const words = fc.oneof(
  fc.constantFrom('', 'a', 'web', 'None', 'Always', 'OnFailure', 'TCP', 'UDP', 'ClusterIP'),
  fc.constantFrom('LoadBalancer', 'NodePort', 'ExternalName', 'In', 'Exists', 'Localhost'),
  fc.constantFrom('RollingUpdate', 'Recreate', 'IPv4', 'FQDN', '10.0.0.1', '::1', '10.0.0.0/8'),
  fc.constantFrom('metadata.name', "metadata.labels['a']", 'limits.cpu', '..', '/etc', '25%'),
  fc.constantFrom('User', 'Prefix', 'Exact', '*.a.b', 'example.com/a', 'Localhost', 'windows'),
  fc.string({ maxLength: 8 }),
);

const quantities = fc.constantFrom('0', '1', '100m', '2Gi', '-1', '1k', '500m');
const times = fc.constantFrom('2026-01-02T03:04:05Z', '1970-01-01T00:00:00Z');
const integers = fc.oneof(
  fc.constantFrom(-1, 0, 1, 80, 65_536, 0o777, 30_000, 2 ** 31 - 1),
  fc.integer({ min: -5, max: 70_000 }),
);

function leaf(kind: Leaf): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'bool':
      return fc.boolean();
    case 'int32':
    case 'int64':
    case 'double':
      return integers;
    case 'bytes':
      return fc.constantFrom('', 'e30=', 'YWJj', 'bm90IGpzb24=');
    case 'time':
    case 'microTime':
      return times;
    case 'duration':
      return fc.constant('1m0s');
    case 'quantity':
      return quantities;
    case 'intOrString':
      return fc.oneof(integers, words);
    case 'strings':
      return fc.array(words, { maxLength: 3 });
    case 'string':
      return words;
    default:
      return fc.constant({});
  }
}

function value(schema: ValueSchema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.form) {
    case 'leaf':
      return leaf(schema.leaf);
    case 'list':
      return fc.array(value(schema.element, depth), { maxLength: 2 });
    case 'map':
      return fc.dictionary(keys(schema.element), value(schema.element, depth), { maxKeys: 2 });
    case 'object':
      return depth >= depthMax ? fc.constant({}) : object(schema.type, depth + 1);
  }
}

function keys(element: ValueSchema): fc.Arbitrary<string> {
  const isAmount = element.form === 'leaf' && element.leaf === 'quantity';
  return isAmount
    ? fc.constantFrom('cpu', 'memory', 'hugepages-2Mi', 'a.b/c', 'constructor')
    : words;
}

function object(type: TypeSchema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fields.values()) {
    fields[field.name] = fieldOf(field, depth);
  }
  return fc.record(fields, { requiredKeys: [] });
}

/** Rarer the deeper it is, so that objects stay small; lazy, so that only what is drawn is built. */
function fieldOf({ value: schema }: FieldSchema, depth: number): fc.Arbitrary<unknown> {
  const isLeaf = schema.form === 'leaf';
  if (isLeaf) return value(schema, depth);
  return fc
    .nat({ max: 5 + depth })
    .chain((dice) => (dice > 2 && depth > 1 ? fc.constant(undefined) : value(schema, depth)));
}

/** An object of the named root type, with metadata, as a decoder would hand it over. */
export function anyObject(type: string): fc.Arbitrary<Record<string, unknown>> {
  return object(typeSchema(type), 0).map((each) => clean({ metadata: {}, ...each }));
}

function clean<T>(each: T): T {
  return JSON.parse(JSON.stringify(each)) as T;
}
