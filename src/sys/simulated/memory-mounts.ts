import type { MountPoint, Mounts } from '../mounts.ts';

/** Mounts that are only noted. */
export function memoryMounts(): Mounts {
  const points: MountPoint[] = [];
  const add = (path: string, type: string, source: string): Promise<void> => {
    points.push({ path, type, source, shared: true, superOptions: [] });
    return Promise.resolve();
  };
  void add('/', 'ext4', '/dev/simulated');
  return {
    list: () => Promise.resolve([...points]),
    tmpfs: (path) => add(path, 'tmpfs', 'tmpfs'),
    cgroup: (path, controller) => add(path, 'cgroup', controller),
    bind: (source, path) => add(path, 'none', source),
    makeShared: () => Promise.resolve(),
    makePrivate: () => Promise.resolve(),
    unmount: (path) => {
      const index = points.findLastIndex((point) => point.path === path);
      if (index >= 0) points.splice(index, 1);
      return Promise.resolve();
    },
  };
}
