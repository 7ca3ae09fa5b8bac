/** Writes down which pods have ended, and says which of them may go. */
import type { JobStatus, Pod } from '#api/types.ts';
import { isActive } from '../../decide/pods.ts';
import { hasFailed, hasSucceeded, uidOf, validIndexOf } from './job-pods.ts';
import { formatIndexes } from '#api/kinds/jobs/indexes.ts';
import type { Outcome } from './outcome.ts';
import { belongs, counts, type Picture } from './picture.ts';

/** Uids that stand in a status at once, as in Kubernetes: it must stay small. */
const uncountedMax = 500;

export interface Count {
  readonly status: Pick<
    JobStatus,
    'succeeded' | 'failed' | 'uncountedTerminatedPods' | 'completedIndexes' | 'failedIndexes'
  >;
  /** Only once the status is written. */
  readonly letGo: readonly Pod[];
  /** Pods may be left that are neither written down nor let go. */
  readonly more: boolean;
}

export function countPods(picture: Picture, outcome: Outcome | undefined): Count {
  const { uncounted, counted, tracked, spec, indexed } = picture;
  const succeeded = [...uncounted.succeeded];
  const failed = [...uncounted.failed];
  const letGo: Pod[] = [];
  let more = false;
  for (const pod of tracked) {
    if (!mayGo(picture, pod, outcome)) continue;
    if (succeeded.length + failed.length >= uncountedMax) {
      more = true;
      break;
    }
    letGo.push(pod);
    const uid = uidOf(pod);
    if (hasSucceeded(pod) && !failed.includes(uid)) {
      // The index is enough to know it again.
      if (!indexed && !succeeded.includes(uid)) succeeded.push(uid);
    } else if (isLost(picture, pod, outcome) && !failed.includes(uid)) {
      if (belongs(pod, spec) && counts(pod, spec)) failed.push(uid);
    }
  }
  const total = indexed ? picture.succeeded : counted.succeeded;
  return {
    status: {
      succeeded: total || undefined,
      failed: counted.failed || undefined,
      uncountedTerminatedPods: {
        ...(succeeded.length > 0 ? { succeeded } : {}),
        ...(failed.length > 0 ? { failed } : {}),
      },
      completedIndexes: indexed ? formatIndexes(picture.completedIndexes) || undefined : undefined,
      failedIndexes: picture.failedIndexes && formatIndexes(picture.failedIndexes),
    },
    letGo,
    more,
  };
}

function mayGo(picture: Picture, pod: Pod, outcome: Outcome | undefined): boolean {
  const { job, spec, replaced } = picture;
  if (hasSucceeded(pod)) return true;
  if (job.metadata.deletionTimestamp !== undefined) return !isActive(pod);
  // Nobody needs what still runs: let go before it is deleted, it is not taken for a failure.
  if (outcome?.type === 'SuccessCriteriaMet') return true;
  if (outcome !== undefined) return !isActive(pod);
  if (!hasFailed(pod, spec)) return false;
  const index = validIndexOf(pod, spec);
  const next = index === undefined ? undefined : replaced.get(index);
  return next === undefined || uidOf(next) !== uidOf(pod);
}

/** When the Job has failed, whatever has not succeeded is lost. */
function isLost({ spec }: Picture, pod: Pod, outcome: Outcome | undefined): boolean {
  return hasFailed(pod, spec) || outcome?.type === 'FailureTarget';
}
