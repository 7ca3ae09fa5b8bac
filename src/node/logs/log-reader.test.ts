import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { LogReader, type LogReadOptions } from './log-reader.ts';
import { tailOf } from './tail.ts';

const line = (second: number, text: string, tag = 'F') =>
  `2026-01-02T03:04:0${second}.000000001Z stdout ${tag} ${text}\n`;
const text = line(1, 'one') + line(2, 'tw', 'P') + line(2, 'o') + line(3, '') + line(4, 'four');
const now = Date.parse('2026-01-02T03:04:05Z');

async function read(options: Partial<LogReadOptions>): Promise<string> {
  const { files } = new MemoryFiles({ '/log': text });
  let out = '';
  const sink = {
    data: (chunk: Uint8Array) => {
      out += new TextDecoder().decode(chunk);
    },
  };
  const clock = { now: () => now, monotonic: () => 0 };
  const reader = new LogReader(
    { follow: false, timestamps: false, ...options },
    sink,
    files,
    clock,
  );
  const file = await reader.open('/log');
  assert.ok(file);
  await reader.readFrom(file, await reader.startOffset(file));
  return out;
}

test('joins partial lines', async () => assert.equal(await read({}), 'one\ntwo\n\nfour\n'));
test('tails', async () => {
  assert.equal(await read({ tailLines: 2 }), '\nfour\n');
  assert.equal(await read({ tailLines: 0 }), '');
  assert.equal(await read({ tailLines: 99 }), 'one\ntwo\n\nfour\n');
});
test('begins at a time', async () => {
  assert.equal(await read({ sinceSeconds: 2 }), '\nfour\n');
  assert.equal(await read({ sinceTime: '2026-01-02T03:04:04Z' }), 'four\n');
});
test('stops at a number of bytes', async () =>
  assert.equal(await read({ limitBytes: 5 }), 'one\nt'));
test('shows times once a line', async () =>
  assert.equal(
    (await read({ timestamps: true })).split('\n')[1],
    '2026-01-02T03:04:02.000000001Z two',
  ));
test('the tail of a missing log is empty', async () =>
  assert.deepEqual(await tailOf('/none', 3, new MemoryFiles().files), []));
