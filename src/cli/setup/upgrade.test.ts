import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newConfig } from '../cluster/cluster-config.ts';
import { needsUpgrade } from './upgrade.ts';

const config = newConfig({ name: 'a' }, 'host', []);

test('a newer program replaces, the same one does not, an older one refuses', () => {
  for (const [running, own, expected] of [
    ['0.1.0', '0.2.0', true],
    ['0.9.0', '0.10.0', true],
    ['0.1.0', '0.1.0', false],
    ['1.0', '1.0.0', false],
  ] as const)
    assert.equal(needsUpgrade(config, { version: running }, own), expected, `${running} → ${own}`);
  assert.throws(() => needsUpgrade(config, { version: '0.10.1' }, '0.9.7'), {
    exit: 'failed',
    message: /run by gantry 0.10.1, which is newer than this one \(0.9.7\)/,
  });
});
