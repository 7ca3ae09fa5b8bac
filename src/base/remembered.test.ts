import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered, rememberedOf, rememberedWord } from './remembered.ts';

test('asks once for the same, and forgets what was asked long ago', () => {
  const asked: string[] = [];
  const length = remembered(2, (text: string) => {
    asked.push(text);
    return text.length;
  });
  assert.deepEqual([length('a'), length('a'), length('bb'), length('bb')], [1, 1, 2, 2]);
  assert.deepEqual(asked, ['a', 'bb']);
  for (const other of ['ccc', 'dddd', 'ccc', 'dddd']) length(other);
  assert.equal(length('a'), 1);
  assert.equal(asked.at(-1), 'a');
});

test('a word is looked at once, a long text each time', () => {
  const asked: string[] = [];
  const lengthOf = rememberedWord((word) => {
    asked.push(word);
    return word.length;
  });
  const long = 'x'.repeat(1000);
  for (const word of ['a', long, 'a', long]) assert.equal(lengthOf(word), word.length);
  assert.deepEqual(asked, ['a', long, long]);
});

test('an object is looked at once, and one that is alike is another', () => {
  const asked: object[] = [];
  const sizeOf = rememberedOf((list: readonly string[]) => {
    asked.push(list);
    return list.length;
  });
  const [one, other] = [['a'], ['a']];
  assert.deepEqual([sizeOf(one), sizeOf(other), sizeOf(one)], [1, 1, 1]);
  assert.equal(asked.length, 2);
});
