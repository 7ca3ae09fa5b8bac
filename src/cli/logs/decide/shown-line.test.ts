import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLine, splitTime } from './shown-line.ts';

const time = '2026-01-02T03:04:05.123456789Z';

test('a time stands before the text, which may be empty or look like one', () => {
  assert.deepEqual(splitTime(`${time} a b`), { time, text: 'a b' });
  assert.deepEqual(splitTime(`${time} `), { time, text: '' });
  assert.deepEqual(splitTime(time), { time, text: '' });
  assert.deepEqual(splitTime('no time'), { time: '', text: 'no time' });
  assert.deepEqual(splitTime(`${time} ${time}`), { time, text: time });
});

test('a line for a program is one object', () => {
  const line = { pod: 'p', container: 'c', time, text: 'say "x"' };
  assert.deepEqual(JSON.parse(jsonLine(line)), line);
  assert.deepEqual(JSON.parse(jsonLine({ ...line, time: '' })), {
    pod: 'p',
    container: 'c',
    text: 'say "x"',
  });
});
