/** What the checks read off objects. */
import type { KubeObject } from '#api/object.ts';
import type { Deployment, Job, Pod, ReplicaSet, StatefulSet } from '#api/types.ts';

export function isReady({ status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True';
}

export function isDone({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** How it ended. */
export function endOf(job: Job | undefined): string | undefined {
  return job?.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )?.type;
}

/** The node can never give it what it was resized to. */
export function isInfeasible({ status }: Pod): boolean {
  return status?.conditions?.some(({ reason }) => reason === 'Infeasible') === true;
}

export function isHealthy(pod: Pod): boolean {
  return isReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

export function isEvicted({ status, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return status?.conditions?.some(({ reason }) => reason === 'EvictionByEvictionAPI') === true;
}

/** By the scheduler, for a more important pod. */
export function isPreempted({ status }: Pod): boolean {
  return status?.conditions?.some(({ reason }) => reason === 'PreemptionByScheduler') === true;
}

/** Uid of the controller that owns it. */
export function ownerOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}

export function replicasOf({ spec }: Deployment | ReplicaSet | StatefulSet): number {
  return spec?.replicas ?? 1;
}

export function partOf(
  value: number | string,
  whole: number,
  round: (exact: number) => number,
): number {
  if (typeof value === 'number') return value;
  return round((Number.parseFloat(value) * whole) / 100);
}
