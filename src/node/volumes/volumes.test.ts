import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap, Pod } from '#api/types.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { NodePaths } from '../paths.ts';
import { Volumes, type VolumesOptions } from './volumes.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'd', name: 'p', uid: 'u' },
  spec: { containers: [], volumes: [{ name: 'conf', configMap: { name: 'c' } }] },
};
const addresses = { podIPs: [], hostIPs: [] };

function volumesOver(content: () => string) {
  const { files } = new MemoryFiles();
  const paths = new NodePaths('/node');
  const configMap = async (): Promise<ConfigMap> => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { key: content() },
  });
  const volumes = new Volumes({
    paths,
    files,
    allocatable: () => ({}),
    referencesOf: () => ({ configMap }),
    tokens: { forget: () => undefined },
    mounts: { list: async () => [] },
  } as unknown as VolumesOptions);
  return { volumes, files, directory: paths.volume('u', 'conf') };
}

test('two changes at once: none gets in the way of the other, and the newest stays', async () => {
  let version = 0;
  const { volumes, files, directory } = volumesOver(() => String((version += 1)));
  await Promise.all([1, 2, 3].map(() => volumes.prepare(pod, addresses)));
  assert.equal(await files.readText(`${directory}/key`), '3');
  const names = (await files.list(directory)).map(({ name }) => name);
  assert.equal(names.length, 3, names.join(' '));
});

test('a change that comes while the pod goes leaves nothing behind', async () => {
  const { volumes, files, directory } = volumesOver(() => 'x');
  await Promise.all([volumes.prepare(pod, addresses), volumes.release('u')]);
  assert.equal(await files.info(directory), undefined);
});

test('a change that fails does not stop the next one', async () => {
  let isThere = false;
  const { volumes, files, directory } = volumesOver(() => {
    if (!isThere) throw new Error('no c');
    return 'y';
  });
  const first = assert.rejects(volumes.prepare(pod, addresses), /SetUp failed .* "conf" : .*no c/);
  await first;
  isThere = true;
  await volumes.prepare(pod, addresses);
  assert.equal(await files.readText(`${directory}/key`), 'y');
});
