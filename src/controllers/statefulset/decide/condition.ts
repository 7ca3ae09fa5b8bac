/** How a pod of a StatefulSet stands. */
import { parseTime } from '#api/time.ts';
import type { Pod, StatefulSet } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import { availableAt, isReady, isTerminating } from '../../decide/pods.ts';

export const isCreated = ({ status }: Pod): boolean => Boolean(status?.phase);

export const isRunningAndReady = (pod: Pod): boolean =>
  pod.status?.phase === 'Running' && isReady(pod);

export function isAvailable(set: StatefulSet, pod: Pod, now: number): boolean {
  if (pod.status?.phase !== 'Running') return false;
  const at = availableAt(pod, set.spec.minReadySeconds ?? 0);
  return at !== undefined && at <= now;
}

/** It serves, and is meant to go on. */
export function isServing(set: StatefulSet, pod: Pod | undefined, now: number): boolean {
  return pod !== undefined && isAvailable(set, pod, now) && !isTerminating(pod);
}

/** When a pod that failed may be replaced (clock milliseconds); 0: now. One that ran for a while may at once. */
export function restsUntil({ metadata, status }: Pod, now: number): number {
  const madeAt = parseTime(metadata.creationTimestamp);
  // Somebody may have set the clock back.
  return status?.phase === 'Failed' && madeAt <= now ? madeAt + limits.failedMemberRestMs : 0;
}
