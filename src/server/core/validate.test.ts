import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '#api/kind.ts';
import { configMaps } from '#api/kinds/index.ts';
import type { ConfigMap } from '#api/types.ts';
import { validateForCreate, validateForUpdate } from './validate.ts';

const object: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
};
const kind = {
  ...configMaps,
  validateCreate: () => [
    { type: 'FieldValueForbidden' as const, field: 'data', message: 'Forbidden: not now' },
  ],
} as unknown as Kind;

test('rules for creating hold when an object is made, and not later', () => {
  assert.deepEqual(
    validateForCreate(kind, object).map(({ field }) => field),
    ['data'],
  );
  assert.deepEqual(validateForUpdate(kind, undefined, object, object), []);
});
