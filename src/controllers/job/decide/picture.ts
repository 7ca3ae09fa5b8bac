/**
 * Everything that a decision about a Job rests on, worked out once: its pods by what they are doing,
 * and what has been counted of those that ended.
 *
 * A pod that ended is counted in three steps, each safe to repeat: its uid (or its index) is written
 * into the status; its finalizer goes; the uid becomes one more in the counter. A crash between two
 * of them neither forgets a pod nor counts it twice.
 */
import { isIndexed } from '#api/kinds/jobs/defaults.ts';
import {
  countOf,
  hasIndex,
  type Intervals,
  readIndexes,
  withIndexes,
} from '#api/kinds/jobs/indexes.ts';
import type { Job, JobSpec, Pod } from '#api/types.ts';
import { isActive, isReady, isTerminal, isTerminating } from '../../decide/pods.ts';
import { rulingOn } from './failure-policy.ts';
import {
  countNote,
  failureCount,
  hasFailed,
  hasSucceeded,
  ignoredFailureCount,
  isTracked,
  uidOf,
  validIndexOf,
} from './job-pods.ts';

export interface Picture {
  readonly job: Job;
  readonly spec: JobSpec;
  readonly indexed: boolean;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  /** Still to be counted, or not let go yet. In order of their indexes. */
  readonly tracked: readonly Pod[];
  /** From the status, those whose pods are still held. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  /** Counters with those whose pods have been let go. */
  readonly counted: { readonly succeeded: number; readonly failed: number };
  /** With pods that nobody has written down yet. */
  readonly succeeded: number;
  readonly failed: number;
  readonly completedIndexes: Intervals;
  /** Only with a limit per index. */
  readonly failedIndexes: Intervals | undefined;
  /** Per index the failed pod that its next one continues: held until that one is there. */
  readonly replaced: ReadonlyMap<number, Pod>;
}

export function pictureOf(job: Job, owned: readonly Pod[]): Picture {
  const { spec, status = {} } = job;
  const indexed = isIndexed(spec);
  const tracked = owned.filter(isTracked);
  if (indexed) tracked.sort((a, b) => indexOr(a, spec) - indexOr(b, spec));
  const held = new Set(tracked.map(uidOf));
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const stays = (uid: string): boolean => held.has(uid);
  const uncounted = { succeeded: succeeded.filter(stays), failed: failed.filter(stays) };
  const counted = {
    succeeded: (status.succeeded ?? 0) + succeeded.length - uncounted.succeeded.length,
    failed: (status.failed ?? 0) + failed.length - uncounted.failed.length,
  };
  const completedIndexes = completedOf(job, tracked);
  const failedIndexes = indexed ? failedOf(job, tracked, completedIndexes) : undefined;
  const written = new Set([...uncounted.succeeded, ...uncounted.failed]);
  const unwritten = tracked.filter((pod) => !written.has(uidOf(pod)) && belongs(pod, spec));
  const newFailures = unwritten.filter((pod) => hasFailed(pod, spec) && counts(pod, spec));
  const newSuccesses = unwritten.filter(hasSucceeded).length;
  const active = owned.filter(isActive);
  return {
    job,
    spec,
    indexed,
    pods: owned,
    active,
    ready: active.filter(isReady).length,
    terminating: owned.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length,
    tracked,
    uncounted,
    counted,
    succeeded: indexed
      ? countOf(completedIndexes)
      : counted.succeeded + uncounted.succeeded.length + newSuccesses,
    failed: counted.failed + uncounted.failed.length + newFailures.length,
    completedIndexes,
    failedIndexes,
    replaced: replacedOf(spec, tracked, active, completedIndexes, failedIndexes),
  };
}

function indexOr(pod: Pod, spec: JobSpec): number {
  return validIndexOf(pod, spec) ?? Number.MAX_SAFE_INTEGER;
}

/** A pod without an index in an Indexed Job is somebody's mistake: it is let go, and not counted. */
export function belongs(pod: Pod, spec: JobSpec): boolean {
  return !isIndexed(spec) || validIndexOf(pod, spec) !== undefined;
}

/** A failure that no rule ignores. */
export function counts(pod: Pod, { podFailurePolicy }: JobSpec): boolean {
  return rulingOn(pod, podFailurePolicy).action !== 'Ignore';
}

/** An elastic Job that shrank forgets the indexes that it no longer has. */
function known(text: string | undefined, { completions = 0 }: JobSpec): Intervals {
  const read = readIndexes(text ?? '', Number.MAX_SAFE_INTEGER);
  if (typeof read === 'string') return [];
  return read
    .filter(({ first }) => first < completions)
    .map(({ first, last }) => ({ first, last: Math.min(last, completions - 1) }));
}

function completedOf({ spec, status }: Job, tracked: readonly Pod[]): Intervals {
  if (!isIndexed(spec)) return [];
  const fresh = tracked.filter(hasSucceeded).map((pod) => validIndexOf(pod, spec));
  return withIndexes(
    known(status?.completedIndexes, spec),
    fresh.filter((index) => index !== undefined),
  );
}

function failedOf(
  { spec, status }: Job,
  tracked: readonly Pod[],
  completed: Intervals,
): Intervals | undefined {
  const { backoffLimitPerIndex: limit } = spec;
  if (limit === undefined) return undefined;
  const fresh: number[] = [];
  for (const pod of tracked) {
    const index = validIndexOf(pod, spec);
    if (index === undefined || !hasFailed(pod, spec) || hasIndex(completed, index)) continue;
    const { action } = rulingOn(pod, spec.podFailurePolicy);
    const isLast = action !== 'Ignore' && countNote(pod, failureCount) >= limit;
    if (action === 'FailIndex' || isLast) fresh.push(index);
  }
  return withIndexes(known(status?.failedIndexes, spec), fresh);
}

function replacedOf(
  spec: JobSpec,
  tracked: readonly Pod[],
  active: readonly Pod[],
  completed: Intervals,
  failed: Intervals | undefined,
): ReadonlyMap<number, Pod> {
  const latest = new Map<number, Pod>();
  if (failed === undefined) return latest;
  const busy = new Set(active.map((pod) => validIndexOf(pod, spec)));
  for (const pod of tracked) {
    const index = validIndexOf(pod, spec);
    if (index === undefined || !hasFailed(pod, spec) || busy.has(index)) continue;
    if (hasIndex(completed, index) || hasIndex(failed, index)) continue;
    const other = latest.get(index);
    if (other === undefined || attempts(pod) > attempts(other)) latest.set(index, pod);
  }
  return latest;
}

function attempts(pod: Pod): number {
  return countNote(pod, failureCount) + countNote(pod, ignoredFailureCount);
}
