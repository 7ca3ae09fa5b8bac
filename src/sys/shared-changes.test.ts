import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { systemFiles } from './files.ts';
import { sharedChanges } from './shared-changes.ts';

describe('changes that clusters share', () => {
  const parent = mkdtempSync(join(tmpdir(), 'gantry-shared-'));
  after(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'kernel');
  const one = sharedChanges(systemFiles, folder, 'one');
  const two = sharedChanges(systemFiles, folder, 'two');

  it('are put back by the last who leaves, as they were before the first', async () => {
    await one.hold({ '/proc/sys/a': '0' });
    await two.hold({ '/proc/sys/a': '1', '/proc/sys/b': 'x' });
    await one.hold({});
    assert.deepEqual(await one.release(), {});
    assert.deepEqual(await two.release(), { '/proc/sys/a': '0', '/proc/sys/b': 'x' });
    assert.equal(existsSync(folder), false);
  });
  it('are nothing when nobody made any', async () => {
    assert.deepEqual(await one.release(), {});
  });
});
