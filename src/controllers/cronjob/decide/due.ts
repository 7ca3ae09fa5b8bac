/** Which run of a CronJob is due, and when the next one will be. */
import { nextTime, parseSchedule, type Schedule } from '#api/cron/schedule.ts';
import { wallClockOf, type WallClock } from '#api/cron/wall-clock.ts';
import { parseTime } from '#api/time.ts';
import type { CronJob } from '#api/types.ts';

export interface Timetable {
  readonly schedule: Schedule;
  readonly clock: WallClock;
}

/** Without a zone of its own a CronJob goes by UTC, as where Kubernetes' controllers usually run. */
const usualZone = 'UTC';

export interface Unreadable {
  readonly reason: string;
  readonly message: string;
}

export function timetableOf({ spec }: CronJob): Timetable | Unreadable {
  const { schedule, timeZone = usualZone } = spec;
  const clock = wallClockOf(timeZone);
  if (clock === undefined) {
    const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
    return { reason: 'UnknownTimeZone', message };
  }
  const parsed = parseSchedule(schedule);
  if (typeof parsed === 'string') {
    return {
      reason: 'UnparseableSchedule',
      message: `unparseable schedule: "${schedule}" : ${parsed}`,
    };
  }
  return { schedule: parsed.schedule, clock };
}

export interface Due {
  /** The most recent run that has not begun, in clock milliseconds. */
  readonly at?: number | undefined;
  /** The next one; absent when the schedule names days that never come. */
  readonly next?: number | undefined;
  readonly tooManyMissed?: boolean | undefined;
}

const missedMax = 100;

/** `last`: when a run was last due, whether or not that stands in the status yet. */
export function dueOf(
  { metadata, spec }: CronJob,
  { schedule, clock }: Timetable,
  last: number | undefined,
  now: number,
): Due {
  const after = (ms: number) => nextTime(schedule, clock, ms);
  const { startingDeadlineSeconds: deadline } = spec;
  let earliest = last ?? parseTime(metadata.creationTimestamp);
  if (deadline !== undefined) earliest = Math.max(earliest, now - deadline * 1000);
  const first = after(earliest);
  if (first === undefined || first > now) return { next: first };
  const second = after(first);
  if (second === undefined || second > now) return { at: first, next: second };
  // Long after its time, thousands of runs may be missed: begin to count near the end.
  const interval = second - first;
  const missed = Math.floor((now - first) / interval) + 1;
  let at: number | undefined;
  let next = after(first + Math.max(0, missed - 2) * interval);
  // Runs are not evenly spread: then all of them are gone through.
  if (next === undefined || next > now) next = second;
  while (next !== undefined && next <= now) {
    at = next;
    next = after(next);
  }
  const tooManyMissed = missed > missedMax && deadline === undefined;
  return { at, next, tooManyMissed };
}
