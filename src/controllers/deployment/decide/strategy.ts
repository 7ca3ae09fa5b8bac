/** The numbers of a Deployment's strategy. */
import type { Deployment, ReplicaSet } from '#api/types.ts';
import { resolveShare } from '../../decide/shares.ts';

export interface Bounds {
  readonly replicas: number;
  readonly isRolling: boolean;
  /** Pods above `replicas` that may exist during a roll-out. */
  readonly maxSurge: number;
  /** Pods below `replicas` that may be missing. */
  readonly maxUnavailable: number;
}

/** Percentages count from `replicas`: surge rounds up, unavailability down; both zero would never move. */
export function boundsOf({ spec }: Deployment): Bounds {
  const replicas = spec.replicas ?? 1;
  const isRolling = spec.strategy?.type !== 'Recreate';
  if (!isRolling || replicas === 0) {
    return { replicas, isRolling, maxSurge: 0, maxUnavailable: 0 };
  }
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = resolveShare(maxSurge, replicas, Math.ceil);
  const unavailable = resolveShare(maxUnavailable, replicas, Math.floor);
  const atLeast = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { replicas, isRolling, maxSurge: surge, maxUnavailable: Math.min(atLeast, replicas) };
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

/** Available pods that are meant to stay: a status may still count pods that were scaled away. */
export function availableOf(replicaSet: ReplicaSet): number {
  return Math.min(replicaSet.status?.availableReplicas ?? 0, sizeOf(replicaSet));
}

/**
 * Whether the status speaks of the size that the set has now. Until then the pods in it may be on their
 * way out: those beyond the size before, or adopted ones.
 */
export function isObserved({ metadata, status }: ReplicaSet): boolean {
  const { observedGeneration } = status ?? {};
  return observedGeneration === undefined || observedGeneration === metadata.generation;
}

export function totalSize(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, each) => sum + sizeOf(each), 0);
}

export function totalStatus(
  replicaSets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return replicaSets.reduce((sum, { status }) => sum + (status?.[field] ?? 0), 0);
}
