/**
 * How long a Job waits before it makes another pod after failures: 10 seconds, doubled with each
 * failure, at most 10 minutes. Reckoned from the pods that are there, so that a restart of the
 * control plane forgets nothing.
 */
import type { JobSpec, Pod } from '#api/types.ts';
import {
  countNote,
  endOf,
  failureCount,
  hasFailed,
  hasSucceeded,
  ignoredFailureCount,
} from './job-pods.ts';

const firstMs = 10_000;
const longestMs = 600_000;

function delayAfter(failures: number): number {
  // Beyond this the longest one is reached, and a power of two could grow without end.
  return failures > 10 ? longestMs : Math.min(longestMs, firstMs * 2 ** (failures - 1));
}

/** When the next pod may be made (clock milliseconds); 0: now. Failures before the last success are forgiven. */
export function nextPodAt(pods: readonly Pod[], spec: JobSpec): number {
  const ends = (wanted: (pod: Pod) => boolean) => pods.filter(wanted).map(endOf);
  const lastSuccess = Math.max(0, ...ends(hasSucceeded));
  const failures = ends((pod) => hasFailed(pod, spec)).filter((end) => end > lastSuccess);
  if (failures.length === 0) return 0;
  return Math.max(...failures) + delayAfter(failures.length);
}

/** The same for one index that failed with `pod`, which knows how often before. */
export function nextPodOfIndexAt(pod: Pod): number {
  const failures = countNote(pod, failureCount) + countNote(pod, ignoredFailureCount) + 1;
  return endOf(pod) + delayAfter(failures);
}
