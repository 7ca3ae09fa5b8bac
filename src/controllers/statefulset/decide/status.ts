/** What a StatefulSet reports of its pods. */
import type { Pod, StatefulSet, StatefulSetStatus } from '#api/types.ts';
import { availableAt, isTerminating } from '../../decide/pods.ts';
import { isAvailable, isCreated, isRunningAndReady, restsUntil } from './condition.ts';
import { revisionOf, sizeOf } from './identity.ts';

export interface Revisions {
  /** Names. */
  readonly current: string;
  readonly update: string;
}

export function statusOf(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  now: number,
): StatefulSetStatus {
  const count = (counts: (pod: Pod) => boolean): number => pods.filter(counts).length;
  const isOf = (revision: string) => (pod: Pod) =>
    isCreated(pod) && !isTerminating(pod) && revisionOf(pod) === revision;
  const updated = count(isOf(revisions.update));
  const ready = count(isRunningAndReady);
  const replicas = count(isCreated);
  const isComplete =
    set.spec.updateStrategy?.type === 'RollingUpdate' &&
    [updated, ready, replicas].every((each) => each === sizeOf(set));
  // Counts of zero are left out where Kubernetes leaves them out.
  return {
    observedGeneration: set.metadata.generation,
    replicas,
    readyReplicas: ready || undefined,
    availableReplicas: count((pod) => isAvailable(set, pod, now)),
    currentReplicas: (isComplete ? updated : count(isOf(revisions.current))) || undefined,
    updatedReplicas: updated || undefined,
    currentRevision: isComplete ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: set.status?.collisionCount ?? 0,
  };
}

/** When a pod that is ready now will have been so for long enough, or one that failed may be replaced. */
export function nextAvailable(
  set: StatefulSet,
  pods: readonly Pod[],
  now: number,
): number | undefined {
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const times = pods.flatMap((pod) => [
    availableAt(pod, minReadySeconds) ?? 0,
    restsUntil(pod, now),
  ]);
  const coming = times.filter((at) => at > now);
  return coming.length > 0 ? Math.min(...coming) : undefined;
}
