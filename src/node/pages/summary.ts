/** `/stats/summary`: the node, its pods and their volumes. Source: the kubelet's stats v1alpha1. */
import type { Pod } from '#api/types.ts';
import { formatTime } from '#api/time.ts';
import type { FileSpace } from '#sys/files.ts';
import type { NodeUsage } from '../usage/usage.ts';
import { type ContainerFigures, coresOf, type NodeFigures } from './figures.ts';
import type { InterfaceFigures, NodeNetworks } from './networks.ts';

export function statsSummary(
  figures: NodeFigures,
  networks: NodeNetworks,
  usage: NodeUsage,
): object {
  const time = formatTime(figures.timeMs);
  const cores = coresOf(usage);
  const cpu = (usageNanoCores: number, usageCoreNanoSeconds: number) => ({
    time,
    usageNanoCores,
    usageCoreNanoSeconds,
  });
  const { node, memoryBytes, totalBytes, disk } = figures;
  const nanoCores = (one: ContainerFigures): number => cores.get(`${one.podUid}/${one.name}`) ?? 0;
  const fs = (space: FileSpace) => ({ time, ...spaceOf(space) });
  const container = (one: ContainerFigures) => ({
    name: one.name,
    startTime: formatTime(one.startedAtMs),
    cpu: cpu(nanoCores(one), one.cpuNanoseconds),
    memory: { time, usageBytes: one.usageBytes, workingSetBytes: one.workingSetBytes },
    rootfs: { ...fs(disk), usedBytes: one.rootfsBytes },
  });
  const total = (all: readonly ContainerFigures[], of: (one: ContainerFigures) => number) =>
    all.reduce((sum, one) => sum + of(one), 0);
  return {
    node: {
      nodeName: node,
      startTime: formatTime(figures.bootedAtMs),
      cpu: cpu(usage.node.cpuNanocores, figures.cpuNanoseconds),
      memory: {
        time,
        availableBytes: totalBytes - memoryBytes,
        usageBytes: memoryBytes,
        workingSetBytes: memoryBytes,
      },
      network: networkOf(time, networks.interfaces),
      fs: fs(disk),
      runtime: { imageFs: fs(disk), containerFs: fs(disk) },
    },
    pods: [...podsOf(figures)].map(([pod, all]) => ({
      podRef: referenceTo(pod),
      startTime: pod.status?.startTime,
      containers: all.map(container),
      cpu: cpu(
        total(all, nanoCores),
        total(all, (one) => one.cpuNanoseconds),
      ),
      memory: {
        time,
        usageBytes: total(all, (one) => one.usageBytes),
        workingSetBytes: total(all, (one) => one.workingSetBytes),
      },
      ...podNetworkOf(time, pod, networks),
      volume: figures.claims
        .filter((each) => each.pod.metadata.uid === pod.metadata.uid)
        .map(({ volume, claim, space }) => ({
          ...fs(space),
          name: volume,
          pvcRef: { name: claim, namespace: pod.metadata.namespace },
        })),
    })),
  };
}

/** Nothing of a pod on the node's network. */
function podNetworkOf(time: string, pod: Pod, { pods }: NodeNetworks): object {
  const own = pods.find((each) => each.pod.metadata.uid === pod.metadata.uid);
  return own === undefined ? {} : { network: networkOf(time, own.interfaces) };
}

/** All interfaces, and above them the usual one again, if there is such a one. */
function networkOf(time: string, all: readonly InterfaceFigures[]): object {
  const interfaces = all.map(({ name, rxBytes, rxErrors, txBytes, txErrors }) => ({
    name,
    rxBytes,
    rxErrors,
    txBytes,
    txErrors,
  }));
  return { time, ...interfaces.find(({ name }) => name === 'eth0'), interfaces };
}

function podsOf({ containers }: NodeFigures): ReadonlyMap<Pod, ContainerFigures[]> {
  const all = new Map<Pod, ContainerFigures[]>();
  for (const one of containers) all.set(one.pod, [...(all.get(one.pod) ?? []), one]);
  return all;
}

const referenceTo = ({ metadata: { name, namespace, uid } }: Pod) => ({ name, namespace, uid });

function spaceOf({ totalBytes, availableBytes, totalFiles, availableFiles }: FileSpace) {
  return {
    availableBytes,
    capacityBytes: totalBytes,
    usedBytes: totalBytes - availableBytes,
    inodesFree: availableFiles,
    inodes: totalFiles,
    inodesUsed: totalFiles - availableFiles,
  };
}
