import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemFiles } from './files.ts';

const directory = mkdtempSync(join(tmpdir(), 'gantry-files-'));
after(() => rmSync(directory, { recursive: true, force: true }));

for (const mode of [0o644, 0o600, 0o666, 0o777]) {
  test(`a file is written with mode ${mode.toString(8)}, whether it was there or not`, async () => {
    const path = join(directory, mode.toString(8));
    await systemFiles.write(path, 'a longer text', mode);
    assert.equal((await systemFiles.info(path))?.mode, mode);
    const inode = (await systemFiles.info(path))?.inode;
    await systemFiles.setMode(path, 0o640);
    await systemFiles.write(path, 'short', mode);
    const info = await systemFiles.info(path);
    assert.deepEqual(
      [info?.mode, info?.inode],
      [mode, inode],
      'the same file, for who has it open',
    );
    assert.equal(await systemFiles.readText(path), 'short');
  });
}

test('who writes to a link writes to what it leads to', async () => {
  const [path, link] = [join(directory, 'target'), join(directory, 'link')];
  await systemFiles.link('target', link);
  await systemFiles.write(link, 'first', 0o644);
  await systemFiles.write(link, 'second', 0o644);
  assert.equal(await systemFiles.readText(path), 'second');
  assert.equal((await systemFiles.info(link, { followLinks: false }))?.type, 'symlink');
});
