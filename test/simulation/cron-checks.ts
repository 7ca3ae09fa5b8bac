/** Whether CronJobs start what they should and nothing else, and whether they clear up. */
import { wallClockOf } from '#api/cron/wall-clock.ts';
import { nextTime, parseSchedule } from '#api/cron/schedule.ts';
import { cronJobs, jobs } from '#api/kinds/index.ts';
import { parseTime } from '#api/time.ts';
import type { CronJob, Job } from '#api/types.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { Words, Written } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import type { Observations } from './observations.ts';
import { endOf, ownerOf } from './reading.ts';

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** By everything that its CronJob wanted lately. */
export function startedWrongly(seen: Observations, { previous, current }: Written<Job>): Words {
  if (previous || !current) return undefined;
  const owner = ownerOf(current);
  const forms = seen.formsOf<CronJob>(owner);
  if (forms.length === 0) return undefined;
  const { name, annotations } = current.metadata;
  if (forms.every(({ spec }) => spec.suspend)) return `${name} was started by a suspended CronJob`;
  const at = annotations?.[scheduledAnnotation];
  if (!forms.some((form) => isScheduled(form, parseTime(at)))) {
    return `${name} was started for ${at}, which is on no schedule`;
  }
  if (forms.some(({ spec }) => spec.concurrencyPolicy === 'Allow')) return undefined;
  const other = seen.cluster.ledger
    .list(jobs)
    .find((job) => ownerOf(job) === owner && isRunning(job) && !seen.isNew(job));
  return other && `${name} was started beside ${other.metadata.name}`;
}

function isScheduled({ spec }: CronJob, at: number): boolean {
  const parsed = parseSchedule(spec.schedule);
  const clock = wallClockOf('UTC');
  if (typeof parsed === 'string' || !clock) return false;
  return nextTime(parsed.schedule, clock, at - 1) === at;
}

const minuteMs = 60_000;
/** A start that is due happens so soon when nothing goes wrong. */
const startsWithinMs = 5_000;

/** What should have been started by now, when nothing has gone wrong for so long that something was due. */
export function notStarted({ ledger, clock }: SimulatedCluster): string[] {
  return ledger.list(cronJobs).flatMap((cronJob) => {
    const { metadata, spec, status } = cronJob;
    if (spec.suspend || spec.concurrencyPolicy === 'Forbid') return [];
    let due = Math.floor((clock.now() - startsWithinMs) / minuteMs) * minuteMs;
    while (!isScheduled(cronJob, due)) due -= minuteMs;
    const name = `${metadata.name}-${due / minuteMs}`;
    // One that was left by a CronJob of the same name holds the place.
    const isTaken = ledger.list(jobs).some((job) => job.metadata.name === name);
    const known = status?.lastScheduleTime ?? metadata.creationTimestamp;
    return isTaken || parseTime(known) >= due ? [] : [`${name} was not started`];
  });
}

const isRunning = (job: Job): boolean =>
  endOf(job) === undefined && job.metadata.deletionTimestamp === undefined;

/** In the end, with no start to come: nothing is left of it but as many that ended as it wants to keep. */
export function ofCronJob(cronJob: CronJob, ledger: Ledger): string[] {
  const { metadata, spec, status } = cronJob;
  const own = ledger.list(jobs).filter((job) => ownerOf(job) === metadata.uid);
  const limits = {
    Complete: spec.successfulJobsHistoryLimit,
    Failed: spec.failedJobsHistoryLimit,
  };
  const complaints = Object.entries(limits).flatMap(([end, limit = 0]) => {
    const count = own.filter((job) => endOf(job) === end).length;
    return count > limit ? [`cron job ${metadata.name} keeps ${count} ${end}, not ${limit}`] : [];
  });
  const active = status?.active?.length ?? 0;
  if (active > 0) complaints.push(`cron job ${metadata.name} says that ${active} are active`);
  return complaints;
}
