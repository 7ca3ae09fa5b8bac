import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Complaints, standsMs } from './complaints.ts';

const a = { key: 'a' };
const b = { key: 'b' };

test('what is mended within a while is never told', () => {
  const complaints = new Complaints();
  assert.deepEqual(complaints.due([a], 0), { tell: [], againMs: standsMs });
  assert.deepEqual(complaints.due([], 1000), { tell: [], againMs: undefined });
  assert.deepEqual(complaints.due([a], 6000), { tell: [], againMs: standsMs });
});

test('what stands is told once, and once more when it has come again', () => {
  const complaints = new Complaints();
  complaints.due([a, a], 0);
  assert.deepEqual(complaints.due([a, b], 2000), { tell: [], againMs: standsMs - 2000 });
  assert.deepEqual(complaints.due([a, b, a], standsMs), { tell: [a], againMs: 2000 });
  assert.deepEqual(complaints.due([a, b], standsMs + 2000), { tell: [b], againMs: undefined });
  assert.deepEqual(complaints.due([a, b], 60_000), { tell: [], againMs: undefined });
  complaints.due([], 60_000);
  complaints.due([a], 70_000);
  assert.deepEqual(complaints.due([a], 75_000), { tell: [a], againMs: undefined });
});
