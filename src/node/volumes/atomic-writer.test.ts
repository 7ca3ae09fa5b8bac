import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Files } from '#sys/files.ts';
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

/** Ends in the middle, as a killed agent does: from the change after `changes` others on nothing is done any more. */
function endingAfter(changes: number, files: Files): Files {
  let left = changes;
  const until =
    <A extends unknown[]>(work: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (left-- <= 0) throw new Error('the agent was killed');
      return work(...args);
    };
  return {
    ...files,
    makeDirectory: until((path, mode?: number) => files.makeDirectory(path, mode)),
    write: until((path, data, mode?: number) => files.write(path, data, mode)),
    link: until((target, path) => files.link(target, path)),
    rename: until((from, to) => files.rename(from, to)),
    remove: until((path) => files.remove(path)),
  };
}

test('wherever a run was cut short, the next one makes it whole', async () => {
  const old = payload({ a: '1', gone: '1' });
  const next = payload({ a: '2', b: '2', 'deep/c': '2' });
  for (const earlier of [undefined, old]) {
    let cutShort = true;
    for (let changes = 0; cutShort; changes += 1) {
      const { files } = new MemoryFiles();
      await files.makeDirectory('/v');
      if (earlier) await writeVolume('/v', earlier, undefined, files);
      const run = writeVolume('/v', next, undefined, endingAfter(changes, files));
      cutShort = await run.then(
        () => false,
        () => true,
      );
      await writeVolume('/v', next, undefined, files);
      const texts = ['a', 'b', 'deep/c'].map((path) => files.readText(`/v/${path}`));
      assert.deepEqual(await Promise.all(texts), ['2', '2', '2'], `after ${changes} changes`);
    }
  }
});
