/**
 * Makes a Job whenever a CronJob is due, and keeps no more finished ones than it wants.
 * Source: Kubernetes documentation "CronJob"; KEPs 19, 3140.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { cronJobs, jobs } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';
import { type End, endOf, jobFor, jobName, scheduledTime } from './children.ts';
import { dueOf, timetableOf } from './due.ts';

export function decideCronJob(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const cronJob = view.get(cronJobs, namespace, name);
  if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) {
    return nothingToDo;
  }
  const children = view.byIndex(jobs, 'controller', cronJob.metadata.uid ?? '');
  const review = reviewOf(cronJob, children);
  const run = runOf(view, cronJob, review, now);
  const status: CronJobStatus = { ...review.status, active: run.active };
  if (status.active?.length === 0) delete status.active;
  const actions: Action[] = [...review.confirmations];
  if (!isSame(cronJob.status, status)) {
    const object: CronJob = { ...cronJob, status };
    actions.push({ type: 'update', kind: cronJobs, object, subresource: 'status' });
  }
  actions.push(...review.news, ...excess(cronJob, children), ...run.actions);
  return { actions, again: run.again };
}

interface Review {
  readonly status: CronJobStatus;
  readonly news: readonly Action[];
  /** What the status no longer says rests on Jobs being gone indeed. */
  readonly confirmations: readonly Action[];
}

/** What has become of its Jobs. */
function reviewOf(cronJob: CronJob, children: readonly Job[]): Review {
  const old = cronJob.status ?? {};
  const listed = new Map((old.active ?? []).map((ref) => [ref.uid ?? '', ref]));
  const active: ObjectReference[] = [];
  const news: Action[] = [];
  let { lastScheduleTime, lastSuccessfulTime } = old;
  for (const job of oldestFirst(children)) {
    const uid = job.metadata.uid ?? '';
    const at = scheduledTime(cronJob, job);
    const end = endOf(job);
    const ref = listed.get(uid);
    listed.delete(uid);
    if (at !== undefined) lastScheduleTime = later(lastScheduleTime, formatTime(at));
    if (end === 'Complete') {
      lastSuccessfulTime = later(lastSuccessfulTime, job.status?.completionTime);
    }
    if (end === undefined && (ref !== undefined || at !== undefined)) {
      active.push(ref ?? referenceTo(job));
    } else if (end !== undefined && ref !== undefined) {
      news.push(sawEnd(cronJob, job, end));
    }
  }
  const gone = [...listed.values()];
  return {
    status: { ...old, active, lastScheduleTime, lastSuccessfulTime },
    news: [...news, ...gone.map((ref) => missing(cronJob, ref))],
    confirmations: gone.map(({ namespace, name = '', uid }) => ({
      type: 'confirmAbsent',
      kind: jobs,
      namespace,
      name,
      uid,
    })),
  };
}

function later(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return parseTime(other) > parseTime(one) ? other : one;
}

function oldestFirst(all: readonly Job[]): readonly Job[] {
  const start = ({ status, metadata }: Job): string =>
    status?.startTime ?? metadata.creationTimestamp ?? '';
  return all.toSorted((a, b) => {
    if (start(a) !== start(b)) return start(a) < start(b) ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

function referenceTo({ apiVersion, kind, metadata }: Job): ObjectReference {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

function telling(
  regarding: CronJob,
  level: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Action {
  return { type: 'event', regarding, level, reason, message };
}

function sawEnd(cronJob: CronJob, { metadata }: Job, end: End): Action {
  const message = `Saw completed job: ${metadata.name}, condition: ${end}`;
  return telling(cronJob, 'Normal', 'SawCompletedJob', message);
}

function missing(cronJob: CronJob, { name = '' }: ObjectReference): Action {
  return telling(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
}

/** Finished ones beyond the limits, the oldest first. */
function excess(cronJob: CronJob, children: readonly Job[]): readonly Action[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec;
  const limits: readonly (readonly [End, number | undefined])[] = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ];
  return limits.flatMap(([end, limit]) => {
    if (limit === undefined) return [];
    const ended = oldestFirst(children).filter(
      (job) => endOf(job) === end && job.metadata.deletionTimestamp === undefined,
    );
    return ended.slice(0, Math.max(0, ended.length - limit)).map((job) => removal(cronJob, job));
  });
}

function removal(cronJob: CronJob, { metadata }: Job): Action {
  const { namespace, name, uid } = metadata;
  return {
    type: 'delete',
    kind: jobs,
    namespace,
    name,
    uid,
    propagationPolicy: 'Background',
    telling: {
      regarding: cronJob,
      done: { reason: 'SuccessfulDelete', message: 'Deleted job {name}' },
      failed: { reason: 'FailedDelete', message: `Deleted job: {error}` },
    },
  };
}

interface Run {
  readonly actions: readonly Action[];
  readonly active: ObjectReference[];
  readonly again?: number | undefined;
}

/** The run that is due, if any. */
function runOf(view: View, cronJob: CronJob, { status }: Review, now: number): Run {
  const { spec, metadata } = cronJob;
  const { active = [], lastScheduleTime } = status;
  const idle = (again?: number, ...actions: Action[]): Run => ({ actions, active, again });
  if (spec.suspend) return idle();
  const timetable = timetableOf(cronJob);
  if ('reason' in timetable) {
    return idle(undefined, telling(cronJob, 'Warning', timetable.reason, timetable.message));
  }
  const last = lastScheduleTime === undefined ? undefined : parseTime(lastScheduleTime);
  const { at, next, tooManyMissed } = dueOf(cronJob, timetable, last, now);
  if (at === undefined || at === last) return idle(next);
  const existing = view.get(jobs, metadata.namespace, jobName(metadata.name, at));
  // Made already, or the name is somebody else's.
  if (existing !== undefined) return idle(next);
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const why =
      'Not starting job because prior execution is running and concurrency policy is Forbid';
    return idle(next, telling(cronJob, 'Normal', 'JobAlreadyActive', why));
  }
  const late =
    'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
  const words = tooManyMissed ? [telling(cronJob, 'Warning', 'TooManyMissedTimes', late)] : [];
  const replaced = spec.concurrencyPolicy === 'Replace' ? active : [];
  const removals = replaced.flatMap(({ namespace, name = '' }) => {
    const job = view.get(jobs, namespace, name);
    return job === undefined ? [] : [removal(cronJob, job)];
  });
  return {
    actions: [...words, ...removals, creation(cronJob, at)],
    active: replaced.length > 0 ? [] : active,
    again: next,
  };
}

function creation(cronJob: CronJob, at: number): Action {
  return {
    type: 'create',
    kind: jobs,
    object: jobFor(cronJob, at),
    telling: {
      regarding: cronJob,
      done: { reason: 'SuccessfulCreate', message: 'Created job {name}' },
      failed: { reason: 'FailedCreate', message: 'Error creating job: {error}' },
    },
  };
}
