/**
 * Which pods go first when there are too many. The order is Kubernetes' (pkg/controller,
 * ActivePodsWithRanks): the ones whose end costs least.
 */
import { parseTime } from '#api/time.ts';
import type { ContainerStatus, Pod } from '#api/types.ts';
import { conditionOf, isReady } from '../../decide/pods.ts';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

interface Ranked {
  readonly pod: Pod;
  /** Smaller goes first; compared from the left. */
  readonly rank: readonly number[];
}

/**
 * The `count` pods to delete. `neighbours` tells how many pods of the same workload share the pod's
 * node: spreading is kept.
 */
export function victimsOf(
  pods: readonly Pod[],
  count: number,
  neighbours: (pod: Pod) => number,
  now: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const ranked = pods.map((pod): Ranked => ({ pod, rank: rankOf(pod, neighbours(pod), now) }));
  ranked.sort(compare);
  return ranked.slice(0, count).map(({ pod }) => pod);
}

function compare(a: Ranked, b: Ranked): number {
  for (const [at, value] of a.rank.entries()) {
    const difference = value - (b.rank[at] ?? 0);
    if (difference !== 0) return difference;
  }
  // Any lasting order will do: the same pods are chosen when the decision is made again.
  return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1;
}

function rankOf(pod: Pod, neighbours: number, now: number): readonly number[] {
  const ready = isReady(pod);
  const readySince = ready ? conditionOf(pod, 'Ready')?.lastTransitionTime : undefined;
  return [
    pod.spec.nodeName ? 1 : 0,
    phaseOrder[pod.status?.phase ?? 'Pending'] ?? 0,
    ready ? 1 : 0,
    costOf(pod),
    -neighbours,
    ageClass(readySince, now),
    -restartsOf(pod.status?.containerStatuses),
    -restartsOf(pod.status?.initContainerStatuses),
    ageClass(pod.metadata.creationTimestamp, now),
  ];
}

function costOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCost] ?? '0';
  return /^(0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
}

function restartsOf(statuses: readonly ContainerStatus[] = []): number {
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

/**
 * KEP-2185: ages are compared by their order of magnitude, so that among pods of about the same age
 * it is not always the youngest, perhaps all in one zone, that goes.
 */
function ageClass(since: string | undefined, now: number): number {
  if (since === undefined) return -1;
  return Math.floor(Math.log2(Math.max(1, now - parseTime(since))));
}
