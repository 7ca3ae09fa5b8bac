/** How a pod of a StatefulSet stands. */
import type { Pod, StatefulSet } from '#api/types.ts';
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
