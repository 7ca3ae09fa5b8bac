/** What one pod uses of this machine. Asked only when one of them has to go. */
import type { Pod } from '#api/types.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import { podCgroup } from '../config/resources.ts';
import type { Usage } from '../decide/pressure/choose-pod.ts';
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
  const { cgroups, cgroupPrefix, files, paths, runtime, mirror } = sources;
  const uid = pod.metadata.uid ?? '';
  const group = podCgroup(cgroupPrefix, pod);
  const memory = await groupMemory(cgroups, group);
  const containers = new Map<string, { memoryBytes: number }>();
  for (const { id, name, state } of mirror.containersOf(uid)) {
    if (state !== 'running') continue;
    const own = await groupMemory(cgroups, `${group}/${id}`);
    containers.set(name, { memoryBytes: own?.workingSetBytes ?? 0 });
  }
  const stats = (await runtime.stats().catch(() => [])).filter(({ podUid }) => podUid === uid);
  const left = { entries: entriesMax };
  const known = stats.reduce((sum, { rootfsBytes }) => sum + rootfsBytes, 0);
  const written = Math.max(known, await writtenNow([...mirror.containersOf(uid)], sources, left));
  const own = await sizeBelow(`${paths.pod(uid)}/volumes`, files, left);
  const logs = await sizeBelow(paths.podLogs(pod), files, left);
  return {
    memoryBytes:
      memory?.workingSetBytes ??
      stats.reduce((sum, { workingSetBytes }) => sum + workingSetBytes, 0),
    diskBytes: written + own + logs,
    containers:
      containers.size > 0 && memory
        ? containers
        : new Map(
            stats.map(({ name, workingSetBytes }) => [name, { memoryBytes: workingSetBytes }]),
          ),
  };
}

/**
 * What containers have written over their images. The runtime's figures are up to ten seconds old: in that time
 * one pod can fill a disk, and another one would have to go for it.
 */
async function writtenNow(
  containers: readonly { readonly id: string; readonly state: string }[],
  { mounts, files }: UsageSources,
  left: { entries: number },
): Promise<number> {
  const overlays = (await mounts.list()).filter(({ type }) => type === 'overlay');
  let sum = 0;
  for (const { id, state } of containers) {
    if (state !== 'running') continue;
    const own = overlays.find(({ path }) => path.endsWith(`/${id}/rootfs`));
    const upper = own?.superOptions.find((option) => option.startsWith(upperOption));
    if (upper) sum += await sizeBelow(upper.slice(upperOption.length), files, left);
  }
  return sum;
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
