/** Requests and limits as control group values. Source: Kubernetes, "Resource Management for Pods". */
import { millisOf, unitsOf } from '#api/quantity.ts';
import type { Container, Pod, ResourceRequirements } from '#api/types.ts';
import { type QosClass, qosOf } from '../decide/qos.ts';
import { inherited } from '../decide/resize.ts';
import type { LinuxResources } from '../runtime/runtime.ts';

const periodMicroseconds = 100_000;
const quotaMinMicroseconds = 1_000;
const sharesMin = 2;
const sharesMax = 262_144;

export function cpuShares(milli: number): number {
  return Math.min(sharesMax, Math.max(sharesMin, Math.floor((milli * 1024) / 1000)));
}

export function cpuQuota(milli: number): number {
  return Math.max(quotaMinMicroseconds, Math.floor((milli * periodMicroseconds) / 1000));
}

const milli = (amounts: ResourceRequirements['limits'], name: string): number | undefined =>
  amounts?.[name] === undefined ? undefined : millisOf(amounts[name]);

const units = (amounts: ResourceRequirements['limits'], name: string): number | undefined =>
  amounts?.[name] === undefined ? undefined : unitsOf(amounts[name]);

/** `memoryBytes` of the whole machine, which a burstable container's score is measured against. */
export function containerResources(
  pod: Pod,
  container: Container,
  memoryBytes: number,
): LinuxResources {
  const { limits, requests } = inherited(container.resources ?? {}, pod.spec?.resources);
  const cpuLimit = milli(limits, 'cpu');
  const memoryLimit = units(limits, 'memory');
  return {
    cpuShares: cpuShares(milli(requests, 'cpu') ?? cpuLimit ?? 0),
    ...(cpuLimit && { cpuPeriod: periodMicroseconds, cpuQuota: cpuQuota(cpuLimit) }),
    ...(memoryLimit && { memoryLimitInBytes: memoryLimit }),
    oomScoreAdj: oomScore(qosOf(pod), units(requests, 'memory') ?? memoryLimit ?? 0, memoryBytes),
  };
}

/** The kernel ends the highest first: best effort, then those that ask for little. */
function oomScore(qos: QosClass, requestBytes: number, memoryBytes: number): number {
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = 1000 - Math.floor((1000 * requestBytes) / memoryBytes);
  return Math.min(999, Math.max(3, score));
}

export interface PodLimits {
  readonly cpuShares: number;
  readonly cpuQuota: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** The pod's own group: sums, limited only when every container is; init containers run alone. */
export function podLimits(pod: Pod): PodLimits {
  const { containers = [], initContainers = [], overhead, resources: whole } = pod.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const inits = initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always');
  const together = [...containers, ...sidecars];
  const total = (
    read: (resources: ResourceRequirements) => number | undefined,
    extra: number,
    missing?: number,
  ): number | undefined => {
    const own = whole && read(whole);
    if (own !== undefined) return own + extra;
    const of = (one: Container): number | undefined => read(one.resources ?? {}) ?? missing;
    const parts = together.map(of);
    const alone = inits.map(of);
    if ([...parts, ...alone].some((part) => part === undefined)) return undefined;
    const sum = parts.reduce<number>((before, part) => before + (part ?? 0), 0);
    return Math.max(sum, ...alone.map((part) => part ?? 0)) + extra;
  };
  const cpuExtra = milli(overhead, 'cpu') ?? 0;
  const requested = total(({ requests, limits }) => milli(requests ?? limits, 'cpu'), cpuExtra, 0);
  const cpuLimit = total(({ limits }) => milli(limits, 'cpu'), cpuExtra);
  const memory = total(({ limits }) => units(limits, 'memory'), units(overhead, 'memory') ?? 0);
  return {
    cpuShares: cpuShares(requested ?? 0),
    cpuQuota: cpuLimit === undefined ? undefined : cpuQuota(cpuLimit),
    memoryBytes: memory,
  };
}

/** Guaranteed pods lie beside the groups of the lesser classes. */
export function podCgroup(prefix: string, pod: Pod): string {
  const qos = pod.status?.qosClass ?? qosOf(pod);
  const middle = qos === 'Guaranteed' ? '' : `/${qos.toLowerCase()}`;
  return `${prefix}/kubepods${middle}/pod${pod.metadata.uid}`;
}
