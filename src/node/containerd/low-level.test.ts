import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MountPoint, Mounts } from '#sys/mounts.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { chooseLowLevels } from './low-level.ts';

const mount = (path: string, type: string, ...superOptions: string[]): MountPoint => ({
  path,
  type,
  source: 'cgroup',
  shared: false,
  superOptions: ['rw', ...superOptions],
});

const unified = mount('/sys/fs/cgroup/unified', 'cgroup2');
const memory = mount('/sys/fs/cgroup/memory', 'cgroup', 'memory');

/** What is chosen on a machine with these control groups, and which controllers were mounted. */
async function choice(controllers: string, groups: string, list: readonly MountPoint[]) {
  const { files } = new MemoryFiles();
  await files.makeDirectory('/usr/bin');
  await files.write('/usr/bin/crun', '', 0o755);
  for (const directory of ['/sys/fs/cgroup/unified', '/proc/self']) {
    await files.makeDirectory(directory);
  }
  await files.write('/sys/fs/cgroup/unified/cgroup.controllers', controllers, 0o444);
  await files.write('/proc/self/cgroup', groups, 0o444);
  const made: string[] = [];
  const mounts = {
    list: () => Promise.resolve(list),
    cgroup: async (path: string, controller: string) => {
      made.push(`${controller} ${path}`);
      await files.write('/sys/fs/cgroup/unified/cgroup.controllers', '', 0o444);
    },
  } as Partial<Mounts> as Mounts;
  const [chosen] = await chooseLowLevels('/node', files, mounts);
  return { name: chosen?.name, made };
}

describe('the program below containerd', () => {
  it('crun, without a mount, where there is one kind of control groups', async () => {
    assert.deepEqual(await choice('cpu memory', '0::/\n', [unified]), { name: 'crun', made: [] });
  });
  it('what the unified hierarchy holds beside old ones is taken out of it', async () => {
    const seen = await choice('hugetlb', '4:memory:/\n0::/\n', [memory, unified]);
    assert.deepEqual(seen, { name: 'crun', made: ['hugetlb /node/cgroup/hugetlb'] });
  });
  it('an old hierarchy that stands without a mount gets one', async () => {
    const groups = '17:hugetlb:/\n9:name=systemd:/\n4:memory:/x\n0::/\n';
    const seen = await choice('', groups, [memory, unified]);
    assert.deepEqual(seen, { name: 'crun', made: ['hugetlb /node/cgroup/hugetlb'] });
  });
});
