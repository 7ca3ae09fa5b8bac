import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConfig } from '../cluster/cluster-config.ts';
import { scriptedMachine } from '../testing/machine.ts';
import { readableLine, readOwnLog } from './own-log.ts';

const config = newConfig({ name: 'a' }, 'host', []);
const path = `${config.dataDir}/log/gantry.log`;

test('a line of JSON is told as a person reads it; others stay as they are', () => {
  const line =
    '{"time":"2026-01-01T00:00:00.000Z","level":"info","message":"ready","part":"node","n":1}';
  assert.equal(readableLine(line), '2026-01-01T00:00:00.000Z info  ready part=node n=1');
  for (const other of ['panic: no', '{"a":1}', '']) assert.equal(readableLine(other), other);
});

test('the last lines, of now or of the part before', async () => {
  const { machine, files } = scriptedMachine();
  await files.write(path, 'one\ntwo\nthree\n');
  await files.write(`${path}.1`, 'zero\n');
  const read = async (lines: number, previous: boolean): Promise<string[]> => {
    const found: string[] = [];
    const options = { follow: false, lines, previous };
    await readOwnLog(machine, config, options, (line) => found.push(line));
    return found;
  };
  assert.deepEqual(await read(2, false), ['two', 'three']);
  assert.deepEqual(await read(9, true), ['zero']);
});

test('no log yet is said with a cure', async () => {
  const { machine } = scriptedMachine();
  const options = { follow: false, lines: 1, previous: false };
  await assert.rejects(
    readOwnLog(machine, config, options, () => undefined),
    { exit: 'failed', message: /There is no log/ },
  );
});
