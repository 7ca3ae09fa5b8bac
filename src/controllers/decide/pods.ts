/** What controllers read off a pod. */
import { isFinal } from '#api/pod-phase.ts';
import { parseTime } from '#api/time.ts';
import type { Pod, PodCondition } from '#api/types.ts';

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** It has finished and will never run again. */
export function isTerminal(pod: Pod): boolean {
  return isFinal(pod.status?.phase);
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** It counts for the number of replicas. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !isTerminating(pod);
}

/** When the pod counts as available (clock milliseconds), if it stays ready; absent: not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  if (ready.lastTransitionTime === undefined) return undefined;
  return parseTime(ready.lastTransitionTime) + minReadySeconds * 1000;
}
