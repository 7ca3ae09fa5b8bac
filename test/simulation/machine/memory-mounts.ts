/** Mounts of a simulated machine: a list. */
import type { MountPoint, Mounts } from '#sys/mounts.ts';

export function memoryMounts(): Mounts {
  let mounted: readonly MountPoint[] = [];
  const add = (path: string, type: string, source: string): void => {
    mounted = [...mounted, { path, type, source, shared: false, superOptions: [] }];
  };
  return {
    list: async () => mounted,
    tmpfs: async (path) => add(path, 'tmpfs', 'tmpfs'),
    cgroup: async (path, controller) => add(path, 'cgroup', controller),
    bind: async (source, path) => add(path, 'bind', source),
    makeShared: async () => undefined,
    makePrivate: async () => undefined,
    unmount: async (path) => {
      mounted = mounted.filter((each) => each.path !== path);
    },
  };
}
