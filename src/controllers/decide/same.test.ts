import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSame } from './same.ts';

test('what is absent, undefined or empty is the same, also where nothing else is', () => {
  const nothings = [undefined, null, {}, [], { a: undefined }];
  for (const one of nothings) {
    for (const other of nothings) {
      assert.equal(isSame(one, other), true);
      assert.equal(isSame({ a: 1, b: one }, { b: other, a: 1 }), true);
    }
    assert.equal(isSame(one, { a: 0 }), false);
    assert.equal(isSame({ a: false }, one), false);
  }
});
