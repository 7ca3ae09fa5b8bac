import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Told } from './told.ts';

const read = (told: Told, lines: readonly string[]): string[] => {
  told.begin();
  return lines.flatMap((line) => told.take(line)?.text ?? []);
};
const at = (second: number, text: string, fraction = ''): string =>
  `2026-01-02T03:04:0${second}${fraction}Z ${text}`;

test('what a reading told, the next one does not tell again', () => {
  const told = new Told();
  assert.deepEqual(read(told, [at(1, 'a'), at(2, 'b b')]), ['a', 'b b']);
  assert.equal(told.lastTime, '2026-01-02T03:04:02Z');
  assert.deepEqual(read(told, [at(2, 'b b'), at(3, '')]), ['']);
  assert.deepEqual(read(told, [at(2, 'b b'), at(3, ''), at(4, 'd')]), ['d']);
});

test('fractions are compared as numbers: the runtime leaves their zeros out', () => {
  const told = new Told();
  assert.deepEqual(read(told, [at(1, 'a', '.5')]), ['a']);
  assert.deepEqual(read(told, [at(1, 'a', '.5'), at(1, 'b', '.50001')]), ['b']);
});

test('a clock that was set back hides no line of the next run', () => {
  const told = new Told();
  assert.deepEqual(read(told, [at(5, 'a'), at(6, 'b')]), ['a', 'b']);
  assert.deepEqual(read(told, [at(1, 'c'), at(2, 'd')]), ['c', 'd']);
  assert.deepEqual(read(told, [at(1, 'c'), at(2, 'd'), at(7, 'e')]), ['e']);
});

test('what has no time is told', () => {
  assert.deepEqual(read(new Told(), ['unable to read']), ['unable to read']);
});
