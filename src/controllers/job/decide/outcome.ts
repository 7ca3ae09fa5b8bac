/** Whether a Job is to end, and how: before its last pod has, which takes a while. */
import type { Intervals } from '#api/kinds/jobs/indexes.ts';
import { countOf, readIndexes } from '#api/kinds/jobs/indexes.ts';
import { parseTime } from '#api/time.ts';
import type { SuccessPolicy } from '#api/types.ts';
import { rulingOn } from './failure-policy.ts';
import { hasFailed } from './job-pods.ts';
import type { Picture } from './picture.ts';

export interface Outcome {
  /** The condition that says it first; `Failed` or `Complete` follows when nothing is left running. */
  readonly type: 'FailureTarget' | 'SuccessCriteriaMet';
  readonly reason: string;
  readonly message: string;
}

/** Once it is settled it stays. */
export function outcomeOf(picture: Picture, now: number): Outcome | undefined {
  const { conditions = [] } = picture.job.status ?? {};
  for (const type of ['FailureTarget', 'SuccessCriteriaMet'] as const) {
    const found = conditions.find((each) => each.type === type && each.status === 'True');
    if (found) return { type, reason: found.reason ?? '', message: found.message ?? '' };
  }
  return failureOf(picture, now) ?? successOf(picture);
}

function failureOf(picture: Picture, now: number): Outcome | undefined {
  const { spec, failed, failedIndexes, succeeded } = picture;
  const { backoffLimit = 6, completions = 0, maxFailedIndexes } = spec;
  const ruled = ruledOut(picture);
  if (ruled !== undefined) return failure('PodFailurePolicy', ruled);
  if (failed > backoffLimit || restartsTooOften(picture)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadline = deadlineOf(picture);
  if (deadline !== undefined && deadline <= now) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  const lost = countOf(failedIndexes ?? []);
  if (maxFailedIndexes !== undefined && lost > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failure('MaxFailedIndexesExceeded', message);
  }
  if (lost > 0 && lost + succeeded >= completions) {
    return failure('FailedIndexes', 'Job has failed indexes');
  }
  return undefined;
}

function failure(reason: string, message: string): Outcome {
  return { type: 'FailureTarget', reason, message };
}

function ruledOut({ pods, spec }: Picture): string | undefined {
  if (spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    if (!hasFailed(pod, spec)) continue;
    const { message } = rulingOn(pod, spec.podFailurePolicy);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Containers that restart in their pod never make it fail. */
function restartsTooOften({ pods, spec }: Picture): boolean {
  const { backoffLimit = 6, template } = spec;
  if (template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    for (const { restartCount } of all) restarts += restartCount;
  }
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

/** In clock milliseconds. */
export function deadlineOf({ job, spec }: Picture): number | undefined {
  const { activeDeadlineSeconds: seconds, suspend } = spec;
  const { startTime } = job.status ?? {};
  if (seconds === undefined || suspend || startTime === undefined) return undefined;
  return parseTime(startTime) + seconds * 1000;
}

function successOf(picture: Picture): Outcome | undefined {
  const { spec, succeeded, active, completedIndexes } = picture;
  const { completions, successPolicy } = spec;
  const matched = ruleMet(successPolicy, completions ?? 0, completedIndexes);
  if (matched !== undefined) {
    const message = `Matched rules at index ${matched}`;
    return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
  }
  // A work queue is empty when one pod says so; the others then come to their own end.
  const enough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (!enough || active.length > 0) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message };
}

function ruleMet(
  policy: SuccessPolicy | undefined,
  completions: number,
  completed: Intervals,
): number | undefined {
  for (const [index, { succeededIndexes, succeededCount }] of (policy?.rules ?? []).entries()) {
    let among = completed;
    let needed = succeededCount ?? 0;
    if (succeededIndexes !== undefined) {
      const wanted = readIndexes(succeededIndexes, completions);
      if (typeof wanted === 'string') continue;
      among = common(completed, wanted);
      needed = succeededCount ?? countOf(wanted);
    }
    if (countOf(among) >= needed) return index;
  }
  return undefined;
}

function common(one: Intervals, other: Intervals): Intervals {
  return one.flatMap((a) =>
    other
      .map((b) => ({ first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) }))
      .filter(({ first, last }) => first <= last),
  );
}
