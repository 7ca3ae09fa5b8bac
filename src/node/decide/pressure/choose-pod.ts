/**
 * Which pod goes when the node is short of something: one that uses more than it asked for before one
 * that does not, then by priority, then the one that is furthest above what it asked for.
 * Source: Kubernetes, "Node-pressure Eviction", pod selection; kubelet eviction helpers.
 */
import { podRequests } from '#api/kinds/pod-spec/requests.ts';
import { formatQuantity, nanosPerUnit, unitsOf } from '#api/quantity.ts';
import type { Pod, Toleration } from '#api/types.ts';
import { mirrorAnnotation, staticPriority } from '../static-pods.ts';
import { qosOf } from '../qos.ts';
import type { PressureCondition, Starved } from './observe.ts';
import type { Signal } from '../node-settings.ts';

export interface ContainerUsage {
  readonly memoryBytes: number;
  /** What it wrote over its image, and its logs: volumes are the pod's. */
  readonly diskBytes: number;
}

export interface Usage {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ContainerUsage>;
}

export interface Candidate {
  readonly pod: Pod;
  readonly usage: Usage;
}

/** As messages and requests name it. */
export function resourceOf(signal: Signal): string {
  if (signal === 'memory.available') return 'memory';
  if (signal === 'pid.available') return 'pids';
  return signal.endsWith('inodesFree') ? 'inodes' : 'ephemeral-storage';
}

export function choosePod(
  candidates: readonly Candidate[],
  { signal }: Starved,
): Candidate | undefined {
  const resource = resourceOf(signal);
  const over = ({ pod, usage }: Candidate): number => {
    if (resource === 'pids' || resource === 'inodes') return 0;
    const used = resource === 'memory' ? usage.memoryBytes : usage.diskBytes;
    return used - requestOf(pod, resource);
  };
  return [...candidates]
    .filter(({ pod }) => !isCritical(pod))
    .sort((a, b) => {
      const exceeds = Number(over(b) > 0) - Number(over(a) > 0);
      return exceeds || priorityOf(a.pod) - priorityOf(b.pod) || over(b) - over(a);
    })[0];
}

const priorityOf = ({ spec }: Pod): number => spec?.priority ?? 0;

const requestOf = ({ spec }: Pod, resource: string): number =>
  unitsOf(podRequests(spec ?? { containers: [] })[resource] ?? '0');

/** Pods that the node itself depends on stay. */
export function isCritical({ metadata, spec }: Pod): boolean {
  const isStatic = metadata.annotations?.[mirrorAnnotation] !== undefined;
  return isStatic || (spec?.priority ?? 0) >= staticPriority;
}

/** In the kubelet's words. */
export function evictionMessage(
  { pod, usage }: Candidate,
  { signal, threshold, available }: Starved,
): string {
  const resource = resourceOf(signal);
  const amounts = `Threshold quantity: ${sizeText(threshold)}, available: ${kibibytes(signal, available)}. `;
  const words = [`The node was low on resource: ${resource}. ${amounts}`];
  const blame = (who: string, used: number, asked: string): number =>
    words.push(
      `${who} was using ${kibibytes(signal, used)}, request is ${asked}, has larger consumption of ${resource}. `,
    );
  if (resource !== 'memory' && resource !== 'ephemeral-storage') return words.join('');
  const { containers = [], initContainers = [], resources: whole } = pod.spec ?? {};
  const asked = resource === 'memory' ? whole?.requests?.['memory'] : undefined;
  if (asked !== undefined) blame(`Pod ${pod.metadata.name}`, usage.memoryBytes, asked);
  for (const { name, resources } of [...containers, ...initContainers]) {
    const own = usage.containers.get(name);
    const used = (resource === 'memory' ? own?.memoryBytes : own?.diskBytes) ?? 0;
    const request = resources?.requests?.[resource] ?? '0';
    if (used > unitsOf(request)) blame(`Container ${name}`, used, request);
  }
  return words.join('');
}

const sizeText = (units: number): string =>
  formatQuantity(BigInt(Math.floor(units)) * nanosPerUnit, 'BinarySI');

function kibibytes(signal: Signal, units: number): string {
  return signal === 'pid.available' || signal.endsWith('inodesFree')
    ? String(Math.floor(units))
    : `${Math.floor(units / 1024)}Ki`;
}

const taints: Readonly<Record<PressureCondition, string>> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
};

/** Why a pod that comes now is not taken; undefined: it is. */
export function refusedUnder(
  conditions: ReadonlySet<PressureCondition>,
  pod: Pod,
): string | undefined {
  if (conditions.size === 0 || isCritical(pod)) return undefined;
  const other = [...conditions].filter((condition) => condition !== 'MemoryPressure');
  if (other.length === 0) {
    // Short of memory alone, who asked for some gets it.
    if (qosOf(pod) !== 'BestEffort') return undefined;
    if (tolerates(pod.spec?.tolerations ?? [], taints.MemoryPressure)) return undefined;
  }
  return `The node had condition: [${[...conditions].sort().join(' ')}]. `;
}

function tolerates(tolerations: readonly Toleration[], taint: string): boolean {
  return tolerations.some(
    ({ key, operator, effect }) =>
      (key === taint || (!key && operator === 'Exists')) && (!effect || effect === 'NoSchedule'),
  );
}
