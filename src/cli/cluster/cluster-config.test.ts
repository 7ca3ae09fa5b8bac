import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkName,
  clustersPerMachineMax,
  differences,
  newConfig,
  nodeNameOf,
} from './cluster-config.ts';

test('clusters of one machine share no port and no range', () => {
  const all = [newConfig({ name: 'c0' }, 'host', [])];
  while (all.length < clustersPerMachineMax)
    all.push(newConfig({ name: `c${all.length}` }, 'host', all));
  for (const key of [
    'apiPort',
    'httpPort',
    'httpsPort',
    'podRange',
    'serviceRange',
    'dataDir',
  ] as const)
    assert.equal(new Set(all.map((each) => each[key])).size, all.length, key);
  assert.throws(() => newConfig({ name: 'one-more' }, 'host', all), { exit: 'machine' });
  const [first, ...rest] = all;
  assert.equal(newConfig({ name: 'again' }, 'host', rest).index, first?.index);
});

test('names that can be a file, a unit and a table', () => {
  for (const name of ['a', 'a-b', '0', 'a'.repeat(20)]) assert.equal(checkName(name), name);
  for (const name of ['', 'A', '-a', 'a-', 'a/b', '..', 'a b', 'a'.repeat(21)])
    assert.throws(() => checkName(name), { exit: 'usage' }, name);
});

test('a host name becomes the name of a node', () => {
  assert.equal(nodeNameOf('Box_1.Example'), 'box-1.example');
  assert.equal(nodeNameOf('---'), 'node');
});

test('only what was asked for, and is otherwise, is a difference', () => {
  const config = newConfig({ name: 'a', apiPort: 7443 }, 'host', []);
  assert.deepEqual(differences(config, { name: 'a' }), []);
  assert.deepEqual(differences(config, { name: 'a', apiPort: 7443 }), []);
  assert.deepEqual(differences(config, { name: 'a', apiPort: 8443 }), [
    '--api-port is 7443, not 8443',
  ]);
});
