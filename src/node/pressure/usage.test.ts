import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#api/types.ts';
import type { MountPoint } from '#sys/mounts.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { NodePaths } from '../paths.ts';
import { usageOf, type UsageSources } from './usage.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'd', name: 'p', uid: 'u' },
  spec: { containers: [] },
};

test('logs and volumes count: logs as the container’s, volumes as the pod’s', async () => {
  const { files } = new MemoryFiles({
    '/node/pods/u/volumes/work/file': 'x'.repeat(300),
    '/node/logs/d_p_u/main/0.log': 'x'.repeat(40),
  });
  const usage = await usageOf(pod, {
    cgroups: undefined,
    files,
    mounts: { list: async () => [] },
    paths: new NodePaths('/node'),
    runtime: {
      stats: async () => [{ podUid: 'u', name: 'main', rootfsBytes: 5, workingSetBytes: 7 }],
    },
    mirror: { containersOf: () => [{ id: 'one', name: 'main', state: 'running' }] },
  } as unknown as UsageSources);
  assert.equal(usage.diskBytes, 345);
  assert.deepEqual(usage.containers.get('main'), { memoryBytes: 7, diskBytes: 45 });
});

test('what a container has just written counts, though the runtime has not measured it yet', async () => {
  const overlay: MountPoint = {
    path: '/state/one/rootfs',
    type: 'overlay',
    source: 'overlay',
    shared: false,
    superOptions: ['rw', 'lowerdir=/image', 'upperdir=/layers/1', 'workdir=/work/1'],
  };
  const { files } = new MemoryFiles({ '/layers/1/tmp/large': 'x'.repeat(5000) });
  const usage = await usageOf(pod, {
    cgroups: undefined,
    cgroupPrefix: '/g',
    files,
    mounts: { list: async () => [overlay] },
    paths: new NodePaths('/node'),
    runtime: {
      stats: async () => [{ podUid: 'u', name: 'main', rootfsBytes: 1, workingSetBytes: 7 }],
    },
    mirror: { containersOf: () => [{ id: 'one', name: 'main', state: 'running' }] },
  } as unknown as UsageSources);
  assert.equal(usage.diskBytes, 5000);
  assert.equal(usage.memoryBytes, 7);
  assert.equal(usage.containers.get('main')?.diskBytes, 5000);
});
