import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Files } from '#sys/files.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';
import { applyKernelSettings, restoreKernelSettings } from './kernel-settings.ts';

const forward = '/proc/sys/net/ipv4/ip_forward';
const bridge = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/** Files in a map, and the switches of one cluster alone; everything that is done, in its order. */
function openMachine(content: Record<string, string>) {
  const all = new Map(Object.entries(content));
  const done: string[] = [];
  let before: Record<string, string> = {};
  const files: Pick<Files, 'readText' | 'write'> = {
    readText: (path) => Promise.resolve(all.get(path)),
    write: (path, data) => {
      done.push(`write ${path}`);
      all.set(path, String(data));
      return Promise.resolve();
    },
  };
  const switches: SharedChanges = {
    hold: (now) => {
      done.push(`hold ${Object.keys(now).join(' ')}`);
      before = { ...now, ...before };
      return Promise.resolve();
    },
    release: () => Promise.resolve(before),
  };
  return { files: files as Files, switches, all, done };
}

test('what it was is known before anything is changed, and is put back', async () => {
  const { files, switches, all, done } = openMachine({ [forward]: '0\n', [bridge]: '0\n' });
  await applyKernelSettings(files, switches);
  assert.deepEqual(done, [`hold ${forward} ${bridge}`, `write ${forward}`, `write ${bridge}`]);
  assert.equal(all.get(forward), '1');
  assert.deepEqual(await restoreKernelSettings(files, switches), [forward, bridge]);
  assert.equal(all.get(forward), '0');
  assert.equal(all.get(bridge), '0');
});

test('nothing to change: nothing is written, and still they are needed', async () => {
  const { files, switches, done } = openMachine({ [forward]: '1\n', [bridge]: '1\n' });
  await applyKernelSettings(files, switches);
  assert.deepEqual(done, ['hold ']);
  assert.deepEqual(await restoreKernelSettings(files, switches), []);
});

test('a second start does not take our own value for the old one', async () => {
  const { files, switches, all } = openMachine({ [forward]: '0\n', [bridge]: '1\n' });
  await applyKernelSettings(files, switches);
  all.set(bridge, '0');
  await applyKernelSettings(files, switches);
  assert.equal(all.get(bridge), '1');
  await restoreKernelSettings(files, switches);
  assert.equal(all.get(forward), '0');
  assert.equal(all.get(bridge), '0');
});

test('a kernel without bridge filtering is taken as it is, one without forwarding is not', async () => {
  const { files, switches, all } = openMachine({ [forward]: '0\n' });
  await applyKernelSettings(files, switches);
  assert.equal(all.get(forward), '1');
  const bare = openMachine({});
  await assert.rejects(applyKernelSettings(bare.files, bare.switches), /no .*ip_forward/);
  assert.deepEqual(bare.done, []);
});
