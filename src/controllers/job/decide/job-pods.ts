/** What the Job controller reads off its pods. */
import { jobLabels } from '#api/kinds/jobs/defaults.ts';
import { parseTime } from '#api/time.ts';
import type { Job, JobSpec, Pod } from '#api/types.ts';
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { conditionOf, isTerminating } from '../../decide/pods.ts';

/** Keeps a pod until its end has been counted (KEP-2307). */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';

/** How often pods of an index failed before this one; the second: failures that a policy ignores. */
export const failureCount = 'batch.kubernetes.io/job-index-failure-count';
export const ignoredFailureCount = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) === true;
}

export function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}

/** Without this controller's finalizer: the pod has been counted, or there is nobody to count it. */
export function lettingGo(pod: Pod): Action {
  const { namespace, name, uid, resourceVersion, finalizers = [] } = pod.metadata;
  const others = finalizers.filter((finalizer) => finalizer !== trackingFinalizer);
  const patch = { metadata: { uid, resourceVersion, finalizers: others } };
  return { type: 'patch', kind: pods, namespace, name, patch };
}

export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[jobLabels.index];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** An index that the Job has: another one neither succeeds nor fails. */
export function validIndexOf(pod: Pod, { completions = 0 }: JobSpec): number | undefined {
  const index = indexOf(pod);
  return index !== undefined && index < completions ? index : undefined;
}

/** A pod on its way out counts only when it has ended, and is replaced then (KEP-3939). */
export function waitsForEnd({ podReplacementPolicy, podFailurePolicy }: JobSpec): boolean {
  return podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;
}

export function hasFailed(pod: Pod, spec: JobSpec): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  return !waitsForEnd(spec) && isTerminating(pod) && phase !== 'Succeeded';
}

export function hasSucceeded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded';
}

export function countNote(pod: Pod | undefined, annotation: string): number {
  const text = pod?.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

/** When the pod ended, in clock milliseconds, as well as it can be known. */
export function endOf(pod: Pod): number {
  const { containerStatuses = [] } = pod.status ?? {};
  const ends = containerStatuses.map(({ state }) => parseTime(state?.terminated?.finishedAt));
  if (ends.length > 0 && ends.every((end) => !Number.isNaN(end))) return Math.max(...ends);
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) {
    return parseTime(ready.lastTransitionTime);
  }
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  return deletionTimestamp === undefined
    ? parseTime(creationTimestamp)
    : parseTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}

export function holds({ status }: Job, wanted: string): boolean {
  const found = status?.conditions?.find(({ type }) => type === wanted);
  return found?.status === 'True';
}

export function isFinished(job: Job): boolean {
  return holds(job, 'Complete') || holds(job, 'Failed');
}

const ownName = 'kubernetes.io/job-controller';

/** Somebody else runs it (KEP-4368). */
export function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== ownName;
}
