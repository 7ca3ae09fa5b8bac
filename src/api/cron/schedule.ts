/**
 * Cron schedules as Kubernetes reads them: five fields, names of months and days, `@daily` and its
 * like, `@every 90m`. Errors are worded as users of Kubernetes know them.
 * Source: Kubernetes documentation, "CronJob", schedule syntax.
 */
import { parseDuration } from '../duration.ts';
import type { WallClock, WallTime } from './wall-clock.ts';

export type Schedule =
  | {
      readonly type: 'fields';
      readonly minutes: ReadonlySet<number>;
      readonly hours: ReadonlySet<number>;
      readonly days: ReadonlySet<number>;
      readonly months: ReadonlySet<number>;
      readonly weekdays: ReadonlySet<number>;
      /** At most one of days and weekdays restricts: both must fit. Where both do, either will do. */
      readonly bothFit: boolean;
    }
  | { readonly type: 'every'; readonly ms: number };

export interface ParsedSchedule {
  readonly schedule: Schedule;
  /** Of a `TZ=` or `CRON_TZ=` in front, which Kubernetes no longer takes. */
  readonly timeZone?: string | undefined;
}

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A sentence when the text is no schedule. */
export function parseSchedule(text: string): ParsedSchedule | string {
  if (text === '') return 'empty spec string';
  const zoned = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/s.exec(text);
  const spec = (zoned ? (zoned[2] ?? '') : text).trim();
  const schedule = spec.startsWith('@') ? parseDescriptor(spec) : parseFields(spec);
  return typeof schedule === 'string' ? schedule : { schedule, timeZone: zoned?.[1] };
}

function parseDescriptor(text: string): Schedule | string {
  const macro = Object.hasOwn(macros, text) ? macros[text] : undefined;
  if (macro !== undefined) return parseFields(macro);
  const every = /^@every (.*)$/s.exec(text);
  if (!every) return `unrecognized descriptor: ${text}`;
  const ms = parseDuration(every[1] ?? '');
  if (ms === undefined) {
    return `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(every[1])}`;
  }
  // Whole seconds, and at least one.
  return { type: 'every', ms: Math.max(1000, ms - (ms % 1000)) };
}

function parseFields(text: string): Schedule | string {
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== fields.length) {
    return `expected exactly ${fields.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  const sets: ReadonlySet<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const values = parseList(parts[index] ?? '', field);
    if (typeof values === 'string') return values;
    sets.push(values);
  }
  const [minutes, hours, days, months, weekdays] = sets;
  const none = new Set<number>();
  return {
    type: 'fields',
    minutes: minutes ?? none,
    hours: hours ?? none,
    days: days ?? none,
    months: months ?? none,
    weekdays: weekdays ?? none,
    bothFit: isStar(parts[2] ?? '') || isStar(parts[4] ?? ''),
  };
}

/** One step of one is all of them; wider steps restrict. */
function isStar(list: string): boolean {
  return list.split(',').some((part) => /^[*?](?:\/1)?$/.test(part));
}

function parseList(text: string, field: Field): ReadonlySet<number> | string {
  const values = new Set<number>();
  for (const part of text.split(',').filter((each) => each !== '')) {
    const range = parseRange(part, field);
    if (typeof range === 'string') return range;
    for (let value = range.first; value <= range.last; value += range.step) values.add(value);
  }
  return values;
}

function parseRange(
  text: string,
  field: Field,
): { first: number; last: number; step: number } | string {
  const [range = '', stepText, ...more] = text.split('/');
  const [low = '', high, ...rest] = range.split('-');
  const isAny = low === '*' || low === '?';
  const first = isAny ? field.min : valueOf(low, field);
  if (typeof first === 'string') return first;
  if (!isAny && rest.length > 0) return `too many hyphens: ${text}`;
  let last: number | string = isAny ? field.max : first;
  if (!isAny && high !== undefined) last = valueOf(high, field);
  if (typeof last === 'string') return last;
  if (more.length > 0) return `too many slashes: ${text}`;
  let step: number | string = 1;
  if (stepText !== undefined) {
    step = integerOf(stepText);
    if (typeof step === 'string') return step;
    // `5/15`: from five on.
    if (!isAny && high === undefined) last = field.max;
  }
  if (first < field.min) {
    return `beginning of range (${first}) below minimum (${field.min}): ${text}`;
  }
  if (last > field.max) return `end of range (${last}) above maximum (${field.max}): ${text}`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last}): ${text}`;
  if (step === 0) return `step of range should be a positive number: ${text}`;
  return { first, last, step };
}

function valueOf(text: string, field: Field): number | string {
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? named + field.min : integerOf(text);
}

function integerOf(text: string): number | string {
  if (!/^[+-]?\d+$/.test(text)) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  }
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A date that never comes (30 February) is given up after so long. */
const yearsMax = 5;

/**
 * The first time after `ms`; undefined when there is none. A time that a change of the clock skips
 * is left out, one that it repeats comes twice, as in Kubernetes.
 */
export function nextTime(schedule: Schedule, clock: WallClock, ms: number): number | undefined {
  if (schedule.type === 'every') return ms - (ms % 1000) + schedule.ms;
  let at = Math.floor(ms / minuteMs) * minuteMs + minuteMs;
  let wall = clock.at(at);
  const lastYear = wall.year + yearsMax;
  while (wall.year <= lastYear) {
    const next = forwarded(schedule, clock, at, wall);
    if (next === at) return at;
    at = next;
    wall = clock.at(at);
  }
  return undefined;
}

/** The same moment when it fits, else the first that may fit in the largest unit that does not. */
function forwarded(
  schedule: Extract<Schedule, { type: 'fields' }>,
  clock: WallClock,
  at: number,
  wall: WallTime,
): number {
  const { year, month, day, hour, minute } = wall;
  if (!schedule.months.has(month)) return after(at, clock.startOfDay(year, month + 1, 1));
  if (!dayFits(schedule, wall)) return after(at, clock.startOfDay(year, month, day + 1));
  if (!schedule.hours.has(hour)) return at - minute * minuteMs + hourMs;
  if (!schedule.minutes.has(minute)) return at + minuteMs;
  return at;
}

/** Where the start of a day is skipped, the moment found may lie before it: time only goes on. */
function after(at: number, found: number): number {
  return found > at ? found : at + hourMs;
}

function dayFits(
  { days, weekdays, bothFit }: Extract<Schedule, { type: 'fields' }>,
  { day, weekday }: WallTime,
): boolean {
  return bothFit ? days.has(day) && weekdays.has(weekday) : days.has(day) || weekdays.has(weekday);
}
