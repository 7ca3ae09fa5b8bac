import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { nearProcessors, systemProcessorLists } from './processors.ts';

test('processors are those that may be used, where the first of them has its memory', () => {
  const nodes = ['0-3,8-11', '4-7,12-15'];
  assert.deepEqual(nearProcessors({ allowed: '0-15', nodes }), [0, 1, 2, 3, 8, 9, 10, 11]);
  assert.deepEqual(nearProcessors({ allowed: '5,9,12-13', nodes }), [5, 12, 13]);
  assert.deepEqual(nearProcessors({ allowed: '0-1', nodes: [] }), [0, 1]);
  assert.deepEqual(nearProcessors({ allowed: '', nodes }), []);
});

test("this machine's are found", () => {
  const found = nearProcessors(systemProcessorLists());
  assert.ok(found.length > 0 && found.length <= availableParallelism(), String(found));
});
