import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConfig } from '../cluster/cluster-config.ts';
import { scriptedMachine } from '../testing/machine.ts';
import { claimDataDirectory } from './data-directory.ts';

const configOf = (name: string, dataDir: string) => newConfig({ name, dataDir }, 'host', []);

test('a directory of another cluster, around one or inside one is refused', async () => {
  const { machine } = scriptedMachine();
  const others = [configOf('first', '/data/first')];
  for (const dataDir of ['/data/first', '/data/first/below', '/data'])
    await assert.rejects(claimDataDirectory(machine, configOf('second', dataDir), others), {
      exit: 'machine',
      message: `The data directory ${dataDir} belongs to the cluster "first".`,
    });
  const beside = configOf('second', '/data/first-of-all');
  assert.deepEqual(await claimDataDirectory(machine, beside, others), { holdsData: false });
});

test('a directory with files of others is refused; an empty one and one with data are taken', async () => {
  const { machine, files } = scriptedMachine();
  await files.makeDirectory('/empty');
  await files.makeDirectory('/new-disk/lost+found');
  await files.makeDirectory('/kept/store');
  await files.makeDirectory('/home');
  await files.write('/home/letter', '');
  const claim = (dataDir: string) => claimDataDirectory(machine, configOf('new', dataDir), []);
  assert.deepEqual(await claim('/empty'), { holdsData: false });
  assert.deepEqual(await claim('/new-disk'), { holdsData: false });
  assert.deepEqual(await claim('/kept'), { holdsData: true });
  await assert.rejects(claim('/home'), { exit: 'machine', message: /files that are not gantry's/ });
});
