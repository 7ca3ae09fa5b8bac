import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepCopy, deepEqual, deepFreeze } from '../copy.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch, createMergePatch } from './merge-patch.ts';

type Operations = readonly Record<string, unknown>[];

test('JSON patch', () => {
  const cases: [document: unknown, patch: Operations, result: unknown][] = [
    [{ a: 1 }, [], { a: 1 }],
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: 1 }, [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    [{ a: 1 }, [{ op: 'add', path: '', value: [1] }], [1]],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2] }],
    [{ a: { b: 1, c: 2 } }, [{ op: 'remove', path: '/a/b' }], { a: { c: 2 } }],
    [{ a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
    [{ a: null }, [{ op: 'remove', path: '/a' }], {}],
    [{ a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    [{ a: [1, 2] }, [{ op: 'replace', path: '/a/0', value: 9 }], { a: [9, 2] }],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    [{ a: [1, 2, 3] }, [{ op: 'move', from: '/a/0', path: '/a/2' }], { a: [2, 3, 1] }],
    [{ a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [{ a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
    [{}, [{ op: 'test', path: '/a', value: null }], {}],
    [
      { 'a/b': 1, 'm~n': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/m~0n' },
      ],
      {},
    ],
    [{ '': 1 }, [{ op: 'remove', path: '/' }], {}],
    [
      { a: { b: 1 } },
      [
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'replace', path: '/a/b', value: 2 },
        { op: 'add', path: '/c/d', value: 3 },
      ],
      { a: { b: 2 }, c: { b: 1, d: 3 } },
    ],
  ];
  for (const [document, patch, result] of cases) {
    const frozen = deepFreeze(deepCopy(document));
    assert.deepEqual(applyJsonPatch(frozen, deepFreeze(patch)), result, JSON.stringify(patch));
  }
});

test('a JSON patch that does not fit is Invalid, one that is none is a BadRequest', () => {
  const cases: [patch: unknown, reason: string, message: RegExp][] = [
    [{}, 'BadRequest', /a JSON patch is a list/],
    [[1], 'BadRequest', /operation 0 is not an object/],
    [[{ op: 'jump', path: '/a' }], 'BadRequest', /operation 0 has an unknown op: "jump"/],
    [[{ op: 'remove' }], 'BadRequest', /has no path/],
    [[{ op: 'add', path: '/x' }], 'BadRequest', /has no value/],
    [[{ op: 'move', path: '/x' }], 'BadRequest', /has no from/],
    [[{ op: 'add', path: 'a', value: 1 }], 'Invalid', /does not start with a slash/],
    [
      [{ op: 'add', path: '/x/y', value: 1 }],
      'Invalid',
      /doc is missing path: "\/x\/y": missing value/,
    ],
    [[{ op: 'add', path: '/list/9', value: 1 }], 'Invalid', /invalid index: 9/],
    [[{ op: 'add', path: '/list/01', value: 1 }], 'Invalid', /invalid index: 01/],
    [[{ op: 'add', path: '/list/-1', value: 1 }], 'Invalid', /invalid index: -1/],
    [[{ op: 'remove', path: '/x' }], 'Invalid', /remove operation does not apply/],
    [[{ op: 'remove', path: '' }], 'Invalid', /the whole object/],
    [[{ op: 'remove', path: '/list/-' }], 'Invalid', /missing path/],
    [[{ op: 'remove', path: '/toString' }], 'Invalid', /missing path/],
    [[{ op: 'replace', path: '/x', value: 1 }], 'Invalid', /replace operation does not apply/],
    [[{ op: 'test', path: '/a', value: 2 }], 'Invalid', /testing value \/a failed: test failed/],
    [[{ op: 'move', from: '/b', path: '/b/c' }], 'Invalid', /inside of/],
    [
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })),
      'RequestEntityTooLarge',
      /maximum operations in a JSON patch is 10000, got 10001/,
    ],
    [
      Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/b', path: `/b/${at}` })),
      'Invalid',
      /accumulated size increase of copy is \d+, exceeding the limit/,
    ],
  ];
  for (const [patch, reason, message] of cases) {
    assert.throws(() => applyJsonPatch({ a: 1, b: {}, list: [1] }, patch), { reason, message });
  }
});

test('many operations on one long list are quick', () => {
  const patch = Array.from({ length: 10_000 }, (_, value) => ({
    op: 'add',
    path: '/list/-',
    value,
  }));
  const made = applyJsonPatch({ list: [] }, patch) as { list: number[] };
  assert.equal(made.list.length, 10_000);
});

test('merge patch: the examples of RFC 7396', () => {
  const cases: [target: unknown, patch: unknown, result: unknown][] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, result] of cases) {
    assert.deepEqual(applyMergePatch(deepFreeze(target), deepFreeze(patch)), result);
  }
  const evil = applyMergePatch({}, JSON.parse('{"__proto__": {"a": 1}}')) as object;
  assert.equal(Object.getPrototypeOf(evil), Object.prototype);
  assert.deepEqual(Object.keys(evil), ['__proto__']);
});

/** Merge patches cannot say null. */
const documents = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 4 }),
})).object as fc.Arbitrary<Record<string, unknown>>;

test('a made merge patch leads from one to the other, and is empty between equals', () => {
  fc.assert(
    fc.property(documents, documents, (from, to) => {
      const patch = createMergePatch(from, to);
      assert.ok(deepEqual(applyMergePatch(deepFreeze(from), patch), to));
      assert.equal(Object.keys(patch).length === 0, deepEqual(from, to));
    }),
  );
});

test('JSON patch by the naive way: random operations', () => {
  const pointers = fc.constantFrom('/a', '/a/b', '/c', '/c/0', '/c/-', '/c/1', '/d', '/a/x');
  const operations = fc.array(
    fc.oneof(
      fc.record({
        op: fc.constantFrom('add', 'replace', 'test'),
        path: pointers,
        value: fc.nat(3),
      }),
      fc.record({ op: fc.constant('remove'), path: pointers }),
      fc.record({ op: fc.constantFrom('move', 'copy'), path: pointers, from: pointers }),
    ),
    { maxLength: 6 },
  );
  const start = deepFreeze({ a: { b: 1, x: { y: 2 } }, c: [1, [2]] });
  fc.assert(
    fc.property(operations, (patch) => {
      const run = (steps: Operations): unknown => {
        try {
          return { made: applyJsonPatch(start, steps) };
        } catch (error) {
          return { reason: (error as { reason: string }).reason };
        }
      };
      // One at a time from a full copy must lead to the same as all at once.
      let document: unknown = start;
      let expected: unknown;
      for (const step of patch) {
        try {
          document = deepCopy(applyJsonPatch(deepFreeze(document), [step]));
        } catch (error) {
          expected = { reason: (error as { reason: string }).reason };
          break;
        }
      }
      assert.deepEqual(run(patch), expected ?? { made: document });
    }),
    { numRuns: 500 },
  );
});
