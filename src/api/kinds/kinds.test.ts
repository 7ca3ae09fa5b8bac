import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from '../kind.ts';
import { validateMetadata, validateMetadataUpdate } from '../metadata.ts';
import type { KubeObject } from '../object.ts';
import { schemaOf } from '../schema/schema.ts';
import { allKinds } from './index.ts';
import { anyObject } from './testing/arbitrary.ts';

const runs = { numRuns: 60 };

function objectsOf(kind: Kind): fc.Arbitrary<KubeObject> {
  return anyObject(kind.type) as fc.Arbitrary<unknown> as fc.Arbitrary<KubeObject>;
}

for (const kind of allKinds) {
  const name = `${kind.group || 'core'} ${kind.kind}`;

  test(`${name}: the schema table has its type`, () => {
    assert.equal(schemaOf(kind)?.name, kind.type);
  });

  test(`${name}: defaults given twice are the defaults given once`, () => {
    fc.assert(
      fc.property(objectsOf(kind), (object) => {
        kind.defaults?.(object);
        const once = structuredClone(object);
        kind.defaults?.(object);
        assert.deepEqual(object, once);
      }),
      runs,
    );
  });

  test(`${name}: no rule, cell or selector stumbles over what a decoder lets through`, () => {
    fc.assert(
      fc.property(objectsOf(kind), objectsOf(kind), fc.boolean(), (next, previous, isDefaulted) => {
        if (isDefaulted) for (const each of [next, previous]) kind.defaults?.(each);
        useEverything(kind, next, previous);
      }),
      runs,
    );
  });
}

function useEverything(kind: Kind, next: KubeObject, previous: KubeObject): void {
  const found = [
    ...validateMetadata(kind, next),
    ...validateMetadataUpdate(next, previous),
    ...(kind.validate?.(next) ?? []),
    ...(kind.validateCreate?.(next) ?? []),
    ...(kind.validateUpdate?.(next, previous) ?? []),
  ];
  for (const rule of Object.values(kind.validateSubresource ?? {})) {
    found.push(...rule(next, previous));
  }
  for (const { field, message } of found) {
    assert.match(
      message,
      /^(Required|Invalid|Unsupported|Duplicate) value|^(Forbidden|Not found|Too)/,
    );
    assert.doesNotMatch(`${field} ${message}`, /undefined|\[object/);
  }
  for (const column of kind.columns) column.cell(next, 0);
  for (const read of Object.values(kind.fieldSelectors ?? {})) {
    assert.equal(typeof read(next), 'string');
  }
  kind.warnings?.(next);
  kind.heldBy?.(next);
  kind.gracePeriodSeconds?.(next);
  const copy = structuredClone(next);
  kind.prepareForCreate?.(copy);
  kind.prepareForUpdate?.(structuredClone(next), previous);
  kind.prepareForDelete?.(structuredClone(next));
}

test('no two kinds answer to one path or one name', () => {
  const seen = new Set<string>();
  for (const { group, version, resource, kind } of allKinds) {
    for (const key of [`${group}/${version}/${resource}`, `${group}/${version} ${kind}`]) {
      assert.ok(!seen.has(key), key);
      seen.add(key);
    }
  }
});

test('every table begins with a name and ends no description without a full stop', () => {
  for (const kind of allKinds.filter((each) => !each.virtual)) {
    assert.ok(kind.columns.some((column) => column.format === 'name'));
    for (const { description } of kind.columns) assert.match(description ?? '', /\.$/);
  }
});
