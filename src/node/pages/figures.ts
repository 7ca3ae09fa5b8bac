/** What the node's pages tell in numbers: totals since each thing began, as they are now. */
import type { Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import type { FileSpace, Files } from '#sys/files.ts';
import type { NodeAgent } from '../agent.ts';
import type { ContainerStats } from '../runtime/runtime.ts';
import { countCpus, readMachine } from '../status/machine-facts.ts';
import type { NodeUsage, UsageMeter } from '../usage/usage.ts';
import { type NetworksSource, podsByOwnUid } from './networks.ts';

export interface ContainerFigures extends ContainerStats {
  readonly pod: Pod;
  readonly image: string;
  readonly startedAtMs: number;
}

export interface ClaimFigures {
  readonly pod: Pod;
  /** Of the pod's volume. */
  readonly volume: string;
  readonly claim: string;
  readonly space: FileSpace;
}

export interface NodeFigures {
  readonly node: string;
  readonly timeMs: number;
  readonly bootedAtMs: number;
  readonly cpus: number;
  readonly totalBytes: number;
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  /** Of the disk on which the node keeps everything. */
  readonly disk: FileSpace;
  /** Of containers that run. */
  readonly containers: readonly ContainerFigures[];
  readonly claims: readonly ClaimFigures[];
}

export interface FiguresSource extends NetworksSource {
  readonly name: string;
  readonly directory: string;
  readonly meter: UsageMeter;
}

export async function nodeFigures(source: FiguresSource): Promise<NodeFigures> {
  const { name, directory, files, agent, meter } = source;
  const [sample, machine, cpus, disk, stat] = await Promise.all([
    meter.sample(),
    readMachine(directory, files),
    countCpus(files),
    files.space(directory),
    files.readText('/proc/stat'),
  ]);
  const pods = podsByOwnUid(agent);
  const containers = [...sample.containers.values()].flatMap((stats): ContainerFigures[] => {
    const observed = agent.mirror.container(stats.containerId);
    const pod = pods.get(stats.podUid);
    if (!observed || !pod) return [];
    return [{ ...stats, pod, image: observed.image, startedAtMs: observed.startedAtMs }];
  });
  return {
    node: name,
    timeMs: sample.timeMs,
    bootedAtMs: Number(/^btime (\d+)$/m.exec(stat ?? '')?.[1] ?? 0) * 1000,
    cpus,
    totalBytes: machine.memoryBytes,
    cpuNanoseconds: sample.cpuNanoseconds,
    memoryBytes: sample.memoryBytes,
    disk,
    containers,
    claims: await claimFigures(agent, files),
  };
}

async function claimFigures(agent: NodeAgent, files: Files): Promise<readonly ClaimFigures[]> {
  const mounted = agent.mountedClaims().slice(0, limits.nodePageClaims);
  const all = mounted.map(async ({ path, ...of }): Promise<ClaimFigures[]> => {
    const space = await files.space(path).catch(() => undefined);
    return space ? [{ ...of, space }] : [];
  });
  return (await Promise.all(all)).flat();
}

/** Cores in use by container, where a window was measured. */
export function coresOf(usage: NodeUsage): ReadonlyMap<string, number> {
  return new Map(
    usage.containers.map(({ podUid, container, cpuNanocores }) => [
      `${podUid}/${container}`,
      cpuNanocores,
    ]),
  );
}
