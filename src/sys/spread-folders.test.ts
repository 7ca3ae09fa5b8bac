import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from './simulated/memory-files.ts';
import { systemProcesses } from './process.ts';
import { spreadFolders } from './spread-folders.ts';

test('folders are made where they are missing and spread; a machine without the program goes on', async () => {
  const { files } = new MemoryFiles();
  await files.makeDirectory('/there', 0o750);
  const ran: string[] = [];
  const processes = {
    ...systemProcesses,
    run: (program: string, args: readonly string[]) => {
      ran.push([program, ...args].join(' '));
      return Promise.reject(new Error('no such program'));
    },
  };
  const folders = [
    { path: '/there', mode: 0o711 },
    { path: '/new/one', mode: 0o711 },
  ];
  await spreadFolders(folders, { files, processes });
  assert.deepEqual(ran, ['chattr -f +T /there /new/one']);
  assert.equal((await files.info('/there'))?.mode, 0o750);
  assert.equal((await files.info('/new/one'))?.mode, 0o711);
});
