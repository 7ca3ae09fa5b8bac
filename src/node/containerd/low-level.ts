/**
 * The program below containerd that makes one container. crun needs two thirds of runc's CPU for a
 * pod, but refuses a machine that has both kinds of control groups while the unified hierarchy holds
 * controllers.
 */
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { ContainerdLayout } from './config.ts';

type LowLevel = ContainerdLayout['lowLevels'][number];

const places: readonly LowLevel[] = [
  { name: 'crun', program: '/usr/bin/crun' },
  { name: 'crun', program: '/usr/local/bin/crun' },
  { name: 'runc', program: '/usr/bin/runc' },
  { name: 'runc', program: '/usr/sbin/runc' },
  { name: 'runc', program: '/usr/local/sbin/runc' },
];

/** Those that work here, the one for pods without a runtime class first. */
export async function chooseLowLevels(
  directory: string,
  files: Files,
  mounts: Mounts,
): Promise<readonly LowLevel[]> {
  const found: LowLevel[] = [];
  for (const place of places) if (await files.info(place.program)) found.push(place);
  const crun = found.find(({ name }) => name === 'crun');
  const usable = crun && (await emptyUnified(directory, files, mounts)) ? [crun] : [];
  const runc = found.find(({ name }) => name === 'runc');
  return runc ? [...usable, runc] : usable;
}

/**
 * Where v1 hierarchies stand beside the unified one, controllers left in the latter get a v1
 * hierarchy below the node's directory: that takes them out of the unified one for as long as it is
 * mounted. One that stands without a mount gets one, too: containerd's shim reads the mount of every
 * controller of a process, and without it would not learn of containers that run out of memory.
 * Answers whether the unified hierarchy holds none now.
 */
async function emptyUnified(directory: string, files: Files, mounts: Mounts): Promise<boolean> {
  const all = await mounts.list();
  const unified = all.find(({ type }) => type === 'cgroup2');
  const old = all.filter(({ type }) => type === 'cgroup');
  if (!unified || old.length === 0) return true;
  const inUnified = await words(files, `${unified.path}/cgroup.controllers`);
  // One that another node took out may come back at any time, so each node does it for itself.
  const elsewhere = old
    .filter(({ path }) => !path.startsWith('/sys/fs/cgroup/') && !path.startsWith(directory))
    .flatMap(({ superOptions }) => superOptions)
    .filter((word) => word !== 'rw' && word !== 'ro');
  const mounted = new Set(old.flatMap(({ superOptions }) => superOptions));
  const active = await activeControllers(files);
  const unmounted = active.filter((controller) => !mounted.has(controller));
  for (const controller of new Set([...inUnified, ...elsewhere, ...unmounted])) {
    const path = `${directory}/cgroup/${controller}`;
    if (old.some((mount) => mount.path === path)) continue;
    await files.makeDirectory(path);
    try {
      await mounts.cgroup(path, controller);
    } catch {
      await files.removeEmptyDirectory(path);
    }
  }
  return (await words(files, `${unified.path}/cgroup.controllers`)).length === 0;
}

/** Those of v1 hierarchies, mounted or not; named hierarchies have none. Source: cgroups(7). */
async function activeControllers(files: Files): Promise<string[]> {
  const lines = ((await files.readText('/proc/self/cgroup')) ?? '').split('\n');
  return lines
    .flatMap((line) => (line.split(':')[1] ?? '').split(','))
    .filter((controller) => controller !== '' && !controller.startsWith('name='));
}

async function words(files: Files, path: string): Promise<string[]> {
  const text = (await files.readText(path)) ?? '';
  return text.split(/\s+/).filter((word) => word !== '');
}
