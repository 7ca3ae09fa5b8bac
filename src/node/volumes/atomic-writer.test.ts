import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { writeVolume } from './atomic-writer.ts';

const payload = (entries: Record<string, string>) =>
  new Map(
    Object.entries(entries).map(([path, text]) => [
      path,
      { data: new TextEncoder().encode(text), mode: 0o644 },
    ]),
  );

test('content changes as a whole, names follow, and the same content is left alone', async () => {
  const { files } = new MemoryFiles();
  await files.makeDirectory('/v');
  const write = (entries: Record<string, string>) =>
    writeVolume('/v', payload(entries), undefined, files);
  assert.equal(await write({ a: '1', 'deep/b': '2' }), true);
  assert.equal(await files.readText('/v/a'), '1');
  assert.equal(await files.readText('/v/deep/b'), '2');
  assert.equal(await write({ a: '1', 'deep/b': '2' }), false);
  const before = await files.readLink('/v/..data');
  assert.equal(await write({ a: '9', c: '3' }), true);
  assert.deepEqual(
    [await files.readText('/v/a'), await files.readText('/v/c'), await files.readText('/v/deep/b')],
    ['9', '3', undefined],
  );
  const names = (await files.list('/v')).map(({ name }) => name).sort();
  assert.deepEqual(names, ['..data', (await files.readLink('/v/..data')) ?? '', 'a', 'c'].sort());
  assert.notEqual(await files.readLink('/v/..data'), before);
});

test('a group may read everything', async () => {
  const { files } = new MemoryFiles();
  await files.makeDirectory('/v');
  const secret = new Map([['key', { data: Uint8Array.of(1), mode: 0o400 }]]);
  await writeVolume('/v', secret, 2000, files);
  const info = await files.info('/v/key');
  assert.deepEqual([info?.mode, info?.gid], [0o440, 2000]);
});
