/** What one pod uses of this machine. Asked only when one of them has to go. */
import type { Pod } from '#api/types.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import { podCgroup } from '../config/resources.ts';
import type { ContainerUsage, Usage } from '../decide/pressure/choose-pod.ts';
import type { NodePaths } from '../paths.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { groupMemory } from './amounts.ts';

export interface UsageSources {
  readonly cgroups: Cgroups | undefined;
  readonly cgroupPrefix: string;
  readonly files: Files;
  readonly mounts: Mounts;
  readonly paths: NodePaths;
  readonly runtime: Runtime;
  readonly mirror: RuntimeMirror;
}

/** A pod with more entries than that is large enough to be told apart. */
const entriesMax = 100_000;
const upperOption = 'upperdir=';

export async function usageOf(pod: Pod, sources: UsageSources): Promise<Usage> {
  const { cgroups, cgroupPrefix, files, paths, runtime } = sources;
  const uid = pod.metadata.uid ?? '';
  const group = podCgroup(cgroupPrefix, pod);
  const memory = await groupMemory(cgroups, group);
  const stats = (await runtime.stats().catch(() => [])).filter(({ podUid }) => podUid === uid);
  const left = { entries: entriesMax };
  const written = await writtenNow(uid, sources, left);
  const containers = new Map<string, ContainerUsage>();
  for (const { name, rootfsBytes, workingSetBytes } of stats) {
    containers.set(name, { memoryBytes: workingSetBytes, diskBytes: rootfsBytes });
  }
  for (const { id, name, state } of sources.mirror.containersOf(uid)) {
    const known = containers.get(name);
    if (state !== 'running') continue;
    const own = memory && (await groupMemory(cgroups, `${group}/${id}`));
    containers.set(name, {
      memoryBytes: own?.workingSetBytes ?? known?.memoryBytes ?? 0,
      diskBytes: Math.max(known?.diskBytes ?? 0, written.get(id) ?? 0),
    });
  }
  const logs = await logsOf(pod, sources, left);
  for (const [name, own] of containers) {
    containers.set(name, { ...own, diskBytes: own.diskBytes + (logs.get(name) ?? 0) });
  }
  const volumes = await sizeBelow(`${paths.pod(uid)}/volumes`, files, left);
  const sum = (amount: keyof ContainerUsage): number =>
    [...containers.values()].reduce((total, own) => total + own[amount], 0);
  return {
    memoryBytes: memory?.workingSetBytes ?? sum('memoryBytes'),
    diskBytes: volumes + sum('diskBytes'),
    containers,
  };
}

/**
 * What running containers have written over their images, by id. The runtime's figures are up to ten seconds old: in
 * that time one pod can fill a disk, and another one would have to go for it.
 */
async function writtenNow(
  uid: string,
  { mirror, mounts, files }: UsageSources,
  left: { entries: number },
): Promise<ReadonlyMap<string, number>> {
  const overlays = (await mounts.list()).filter(({ type }) => type === 'overlay');
  const written = new Map<string, number>();
  for (const { id, state } of mirror.containersOf(uid)) {
    if (state !== 'running') continue;
    const own = overlays.find(({ path }) => path.endsWith(`/${id}/rootfs`));
    const upper = own?.superOptions.find((option) => option.startsWith(upperOption));
    if (upper) written.set(id, await sizeBelow(upper.slice(upperOption.length), files, left));
  }
  return written;
}

/** By container name, as the folder of a pod's logs has them. */
async function logsOf(
  pod: Pod,
  { paths, files }: UsageSources,
  left: { entries: number },
): Promise<ReadonlyMap<string, number>> {
  const folder = paths.podLogs(pod);
  const logs = new Map<string, number>();
  for (const { name } of await files.list(folder)) {
    logs.set(name, await sizeBelow(`${folder}/${name}`, files, left));
  }
  return logs;
}

async function sizeBelow(path: string, files: Files, left: { entries: number }): Promise<number> {
  let sum = 0;
  for (const { name, type } of await files.list(path)) {
    left.entries -= 1;
    if (left.entries < 0) return sum;
    if (type === 'directory') sum += await sizeBelow(`${path}/${name}`, files, left);
    else sum += (await files.info(`${path}/${name}`, { followLinks: false }))?.sizeBytes ?? 0;
  }
  return sum;
}
