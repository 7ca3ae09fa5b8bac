import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthyMachine, machineCases } from '../testing/cases.ts';
import { judge } from './judge.ts';

test('a healthy machine has no findings', () => {
  assert.deepEqual(judge(healthyMachine), []);
});

for (const [code, facts] of Object.entries(machineCases)) {
  test(`${code} is found, with all its words`, () => {
    const found = judge(facts);
    const one = found.find((each) => each.code === code);
    assert.ok(one, found.map((each) => each.code).join(', '));
    assert.doesNotMatch(`${one.sentence} ${one.cure}`, /\{[a-z]+\}/i);
  });
}
