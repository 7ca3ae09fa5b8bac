import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { giveToGroup } from './ownership.ts';

test('the group gets what is there, and what will be', async () => {
  const { files } = new MemoryFiles();
  await files.makeDirectory('/v/deep', 0o700);
  await files.write('/v/deep/a', '1', 0o600);
  await files.link('deep/a', '/v/b');
  const facts = async (path: string) => {
    const info = await files.info(path, { followLinks: false });
    return `${info?.gid} ${info?.mode.toString(8)}`;
  };
  await giveToGroup('/v', 2000, undefined, files);
  assert.equal(await facts('/v/deep'), '2000 2770');
  assert.equal(await facts('/v/deep/a'), '2000 660');
  assert.match(await facts('/v/b'), /^2000 /);
  await files.setOwner('/v/deep/a', 0, 0);
  await giveToGroup('/v', 2000, 'OnRootMismatch', files);
  assert.equal(await facts('/v/deep/a'), '0 660', 'the directory is right: nothing is done');
  await giveToGroup('/v', 2000, 'Always', files);
  assert.equal(await facts('/v/deep/a'), '2000 660');
});
