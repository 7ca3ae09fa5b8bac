import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';
import { fieldAt, schemaOf, typeNames, typeSchema } from './schema.ts';
import { formatMicroTime, formatTime, isCanonicalTime, parseInstant } from './time.ts';

test('every type of the table compiles, and all that it names exists', () => {
  for (const name of typeNames()) {
    const type = typeSchema(name);
    for (const field of type.fields.values()) {
      let value = field.value;
      while (value.form === 'list' || value.form === 'map') value = value.element;
      if (value.form === 'object') assert.ok(value.type.fields, `${name}.${field.name}`);
      for (const key of field.merge?.keys ?? []) {
        assert.ok(
          value.form === 'object' && value.type.fields.has(key),
          `${name}.${field.name} key ${key}`,
        );
      }
    }
  }
});

test('finds kinds and fields', () => {
  assert.equal(
    schemaOf({ group: 'events.k8s.io', version: 'v1', kind: 'Event' })?.name,
    'EventsV1Event',
  );
  assert.equal(
    schemaOf({ group: 'apps', version: 'v1', kind: 'DeleteOptions' })?.name,
    'DeleteOptions',
  );
  assert.equal(schemaOf({ group: 'apps', version: 'v1', kind: 'Pod' }), undefined);
  const ports = fieldAt(typeSchema('Deployment'), [
    'spec',
    'template',
    'spec',
    'containers',
    'ports',
  ]);
  assert.deepEqual(ports?.merge, { as: 'map', keys: ['containerPort', 'protocol'] });
  assert.deepEqual(ports?.patch, { strategies: ['merge'], mergeKey: 'containerPort' });
  assert.equal(fieldAt(typeSchema('Pod'), ['spec', 'nope']), undefined);
});

test('times agree with the platform', () => {
  const range = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
  fc.assert(
    fc.property(range, fc.integer({ min: 0, max: 999_999_999 }), (seconds, nanos) => {
      const text = formatTime({ seconds, nanos });
      assert.equal(
        text,
        new Date(seconds * 1000).toISOString().replace('.000Z', 'Z').replace(/^\+00/, ''),
      );
      assert.deepEqual(parseInstant(text), { seconds, nanos: 0 });
      assert.ok(isCanonicalTime(text));
      const micro = parseInstant(formatMicroTime({ seconds, nanos }));
      assert.deepEqual(micro, { seconds, nanos: nanos - (nanos % 1000) });
    }),
  );
  assert.equal(parseInstant('2023-02-29T00:00:00Z'), undefined);
  assert.equal(parseInstant('2024-02-29T24:00:00Z'), undefined);
});

test('a time is canonical exactly when it is what would be written for it', () => {
  const digits = fc.stringMatching(/^2\d{3}-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d:[0-6]\d[Zz1]$/);
  fc.assert(
    fc.property(digits, (text) => {
      const instant = parseInstant(text);
      const written = instant && formatTime(instant);
      assert.equal(isCanonicalTime(text), text === written);
    }),
  );
});

test('durations are written as Go writes them', () => {
  const cases = {
    '90s': '1m30s',
    '1.5s': '1.5s',
    '3600s': '1h0m0s',
    '1500us': '1.5ms',
    '-2m': '-2m0s',
    '0': '0s',
  };
  for (const [text, want] of Object.entries(cases)) {
    assert.equal(formatDuration(parseDuration(text) ?? -1n), want);
  }
  assert.equal(parseDuration('5'), undefined);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) =>
      assert.equal(parseDuration(formatDuration(nanos)), nanos),
    ),
  );
});
