import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashOf } from './hash.ts';

/** As it is defined; containers that run carry names that were made so. */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

test('a text has the name that FNV-1a gives it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(hashOf(text), fnv1a64(JSON.stringify(text)));
    }),
  );
});

test('neither the order of fields nor one without a value makes another name', () => {
  assert.equal(hashOf({ name: 'main', image: 'busybox:1' }), '7fce0276920163cb');
  assert.equal(hashOf({ image: 'busybox:1', gone: undefined, name: 'main' }), '7fce0276920163cb');
  assert.notEqual(hashOf(['a', 'b']), hashOf(['b', 'a']));
});
