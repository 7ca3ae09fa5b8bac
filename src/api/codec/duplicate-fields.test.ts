import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findDuplicateFields } from './duplicate-fields.ts';

test('names what stands twice, by its path', () => {
  const text = `{"spec": {"containers": [{"a": 1}, {"na\\u006de": "x,{", "name": [1, {"b": 1, "b": 2}]}]},
    "x": {"y": 1}, "z": {"y": 1}, "spec": 1, "spec": 2}`;
  assert.deepEqual(findDuplicateFields(text), [
    'spec.containers[1].name',
    'spec.containers[1].name[1].b',
    'spec',
  ]);
});

test('finds nothing in what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(findDuplicateFields(JSON.stringify(JSON.parse(text))), []);
    }),
  );
});
