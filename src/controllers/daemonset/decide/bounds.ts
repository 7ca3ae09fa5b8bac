/** The numbers of a DaemonSet's update strategy. */
import type { DaemonSet, Pod } from '#api/types.ts';
import { availableAt } from '../../decide/pods.ts';
import { resolveShare } from '../../decide/shares.ts';

export interface Bounds {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Shares are of the nodes that should run a pod, rounded up. */
export function boundsOf({ spec }: DaemonSet, desired: number): Bounds {
  const { maxSurge = 0, maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  const surge = resolveShare(maxSurge, desired, Math.ceil);
  const unavailable = resolveShare(maxUnavailable, desired, Math.ceil);
  const isStuck = surge === 0 && unavailable === 0 && desired > 0;
  return { maxSurge: surge, maxUnavailable: isStuck ? 1 : unavailable };
}

export function isAvailable({ spec }: DaemonSet, pod: Pod, now: number): boolean {
  const at = availableAt(pod, spec.minReadySeconds ?? 0);
  return at !== undefined && at <= now;
}
