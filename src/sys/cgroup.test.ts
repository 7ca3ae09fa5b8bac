import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemCgroups } from './cgroup.ts';
import type { Mounts } from './mounts.ts';
import { MemoryFiles } from './simulated/memory-files.ts';

it('leaves no files where another node’s hierarchy was mounted', async () => {
  const { files } = new MemoryFiles({ '/sys/fs/cgroup/memory/cgroup.procs': '' });
  const mount = (path: string, controller: string) => ({
    path,
    type: 'cgroup',
    source: 'cgroup',
    shared: false,
    superOptions: ['rw', controller],
  });
  const mounts = {
    list: () =>
      Promise.resolve([
        mount('/sys/fs/cgroup/memory', 'memory'),
        mount('/other/cgroup/hugetlb', 'hugetlb'),
      ]),
  } as Partial<Mounts> as Mounts;
  const cgroups = await systemCgroups(files, mounts);
  await cgroups.create('/gantry/kubepods');
  assert.ok(await files.info('/sys/fs/cgroup/memory/gantry/kubepods'));
  assert.equal(await files.info('/other'), undefined);
});
