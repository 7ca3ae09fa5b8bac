/** What is left on this machine of what pods may run out of. */
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { Amount, Amounts } from '../decide/pressure/observe.ts';
import type { Signal } from '../decide/node-settings.ts';

export interface AmountSources {
  readonly files: Files;
  /** Of volumes, logs and images alike: they lie below one directory. */
  readonly directory: string;
  readonly cgroups: Cgroups | undefined;
  /** Above all pods. */
  readonly podsCgroup: string;
}

export async function readAmounts(sources: AmountSources): Promise<Amounts> {
  const { files, directory } = sources;
  const space = await files.space(directory);
  const bytes = { available: space.availableBytes, capacity: space.totalBytes };
  const inodes = { available: space.availableFiles, capacity: space.totalFiles };
  const amounts = new Map<Signal, Amount>();
  const memory = await memoryOf(sources);
  if (memory) amounts.set('memory.available', memory);
  for (const disk of ['nodefs', 'imagefs'] as const) {
    amounts.set(`${disk}.available`, bytes);
    // File systems without a bound on files say 0 of 0.
    if (inodes.capacity > 0) amounts.set(`${disk}.inodesFree`, inodes);
  }
  const processes = await processesOf(files);
  if (processes) amounts.set('pid.available', processes);
  return amounts;
}

/** Of the machine, or of what all pods together may have, whichever is less. */
async function memoryOf(sources: AmountSources): Promise<Amount | undefined> {
  const text = (await sources.files.readText('/proc/meminfo')) ?? '';
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  const capacity = kilobytes('MemTotal');
  if (capacity === 0) return undefined;
  const machine = { available: kilobytes('MemAvailable'), capacity };
  const pods = await groupMemory(sources.cgroups, sources.podsCgroup);
  const limit = pods?.limitBytes;
  if (!pods || limit === undefined || limit > capacity) return machine;
  const available = Math.max(0, limit - pods.workingSetBytes);
  return available < machine.available ? { available, capacity: limit } : machine;
}

export interface GroupMemory {
  /** Without what the kernel gives back by itself: `usage - inactive_file`. */
  readonly workingSetBytes: number;
  readonly limitBytes: number | undefined;
}

export async function groupMemory(
  cgroups: Cgroups | undefined,
  path: string,
): Promise<GroupMemory | undefined> {
  if (!cgroups) return undefined;
  const read = async (...names: string[]): Promise<string | undefined> => {
    for (const name of names) {
      const text = await cgroups.read('memory', path, name);
      if (text !== undefined) return text;
    }
    return undefined;
  };
  const usage = await read('memory.usage_in_bytes', 'memory.current');
  if (usage === undefined) return undefined;
  const stat = (await read('memory.stat')) ?? '';
  const inactive = /^(?:total_)?inactive_file (\d+)$/m;
  const total = /^total_inactive_file (\d+)$/m.exec(stat) ?? inactive.exec(stat);
  const limit = Number(await read('memory.limit_in_bytes', 'memory.max'));
  return {
    workingSetBytes: Math.max(0, Number(usage) - Number(total?.[1] ?? 0)),
    limitBytes: Number.isFinite(limit) && limit > 0 && limit < 2 ** 60 ? limit : undefined,
  };
}

async function processesOf(files: Files): Promise<Amount | undefined> {
  // The fourth word of loadavg: running processes and all there are.
  const load = (await files.readText('/proc/loadavg')) ?? '';
  const count = /\d+\/(\d+)/.exec(load)?.[1];
  const most = Number((await files.readText('/proc/sys/kernel/pid_max')) ?? Number.NaN);
  if (count === undefined || !(most > 0)) return undefined;
  return { available: most - Number(count), capacity: most };
}
