/** What a DaemonSet reports of its nodes. */
import type { DaemonSet, DaemonSetStatus } from '#api/types.ts';
import { availableAt, isReady } from '../../decide/pods.ts';
import { revisionLabel } from '../../decide/revisions.ts';
import { isAvailable } from './bounds.ts';
import type { Place } from './placement.ts';
import type { Rollout } from './plan.ts';

export function statusOf({ set, places, hash, now }: Rollout): DaemonSetStatus {
  const wanted = places.filter(({ fit }) => fit.shouldRun);
  const astray = places.filter(({ fit, pods }) => !fit.shouldRun && pods.length > 0);
  const scheduled = wanted.filter(({ pods }) => pods.length > 0);
  const first = scheduled.flatMap(({ pods }) => pods.slice(0, 1));
  const available = first.filter((pod) => isAvailable(set, pod, now)).length;
  const updated = first.filter(({ metadata }) => metadata.labels?.[revisionLabel] === hash);
  // Counts of zero are left out where Kubernetes leaves them out.
  return {
    currentNumberScheduled: scheduled.length,
    numberMisscheduled: astray.length,
    desiredNumberScheduled: wanted.length,
    numberReady: first.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    updatedNumberScheduled: updated.length || undefined,
    numberAvailable: available || undefined,
    numberUnavailable: wanted.length - available || undefined,
    collisionCount: set.status?.collisionCount,
  };
}

/** When a pod that is ready now will have been so for long enough. */
export function nextAvailable(
  set: DaemonSet,
  places: readonly Place[],
  now: number,
): number | undefined {
  const pods = places.flatMap((place) => place.pods);
  const times = pods.map((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0) ?? 0);
  const coming = times.filter((at) => at > now);
  return coming.length > 0 ? Math.min(...coming) : undefined;
}
