/** Objects of any type, made from its schema: what property tests of codecs and patches feed on. */
import fc from 'fast-check';
import { formatDuration } from '../duration.ts';
import { formatMicroTime, formatTime } from '../time.ts';
import type { FieldSchema, Leaf, TypeSchema, ValueSchema } from '../types.ts';

export type Arbitrary = fc.Arbitrary<unknown>;

/** Objects that `decodeObject` accepts, nested at most `levels` deep. */
export function objectsOf(type: TypeSchema, levels: number): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, Arbitrary> = {};
  for (const field of type.fields.values()) {
    const value = valuesOf(field.value, levels - 1);
    if (value !== undefined) fields[field.name] = field.required ? value : sometimes(value, field);
  }
  return fc.record(fields).map(withoutAbsent);
}

/** Rarely present in wide types, so that objects stay small. */
function sometimes(value: Arbitrary, field: FieldSchema): Arbitrary {
  const absent = field.value.form === 'object' ? 6 : 3;
  return fc.oneof(
    { weight: absent, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: value },
  );
}

function withoutAbsent(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function valuesOf(schema: ValueSchema, levels: number): Arbitrary | undefined {
  switch (schema.form) {
    case 'leaf':
      return leafValues(schema.leaf);
    case 'object':
      return levels > 0 ? objectsOf(schema.type, levels) : undefined;
    case 'list': {
      const element = valuesOf(schema.element, levels);
      return element === undefined ? undefined : fc.array(element, { maxLength: 3 });
    }
    case 'map': {
      const element = valuesOf(schema.element, levels);
      if (element === undefined) return undefined;
      return fc
        .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), element), { maxLength: 3 })
        .map((entries) =>
          Object.fromEntries(entries.map(([key, value]) => [key.toWellFormed(), value])),
        );
    }
  }
}

const json = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const instant = fc.record({
  seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  nanos: fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000),
});

function leafValues(leaf: Leaf): Arbitrary | undefined {
  switch (leaf) {
    case 'string':
      return fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
    case 'bool':
    case 'schemaOrBool':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.maxSafeInteger();
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    case 'bytes':
      return fc.uint8Array().map((bytes) => bytes.toBase64());
    case 'time':
      return instant.map(formatTime);
    case 'microTime':
      return instant.map(formatMicroTime);
    case 'duration':
      return fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(formatDuration);
    case 'quantity':
      return fc.constantFrom('0', '1', '100m', '2Gi', '1536Mi', '-3', '12e6', '7n');
    case 'intOrString':
      return fc.oneof(fc.integer(), fc.string({ unit: 'grapheme-ascii' }));
    case 'strings':
    case 'schemaOrStrings':
      return fc.array(fc.string({ unit: 'grapheme-ascii' }), { maxLength: 3 });
    case 'schemaOrArray':
      return fc.constantFrom({ type: 'string' }, [{ type: 'string' }, { minLength: 0 }]);
    case 'fieldSet':
    case 'raw':
      return fc.constantFrom(
        {},
        { 'f:spec': { 'f:replicas': {} } },
        { kind: 'X', list: [1, null] },
      );
    case 'json':
      return json;
    case 'any':
      return undefined;
  }
}
