/**
 * What a wall clock shows in a time zone of the IANA database, and which moment a date there is. The
 * database comes with the language (`Intl`), so that zones and their changes are those of the runtime.
 */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export interface WallClock {
  at(ms: number): WallTime;
  /** The first moment of a day, as Go's `time.Date`: where a change of the offset skips it, near it. */
  startOfDay(year: number, month: number, day: number): number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Names as Go accepts them: `UTC`, `Europe/Berlin`; undefined when there is no such zone. */
export function wallClockOf(timeZone: string): WallClock | undefined {
  if (!/^[A-Za-z0-9/_+-]+$/.test(timeZone)) return undefined;
  // An offset is no place: Go does not know such names.
  if (/^[+-]/.test(timeZone)) return undefined;
  if (timeZone === 'UTC') return clockWith(() => 0);
  try {
    return clockWith(offsetsOf(timeZone));
  } catch {
    return undefined;
  }
}

/** Minutes east of Greenwich, in milliseconds, for each moment. Throws for an unknown zone. */
function offsetsOf(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // Offsets change on whole quarters of an hour at most: one question answers for all of one.
  const quarterMs = 15 * minuteMs;
  let known = { quarter: Number.NaN, offset: 0 };
  return (ms) => {
    const quarter = Math.floor(ms / quarterMs);
    if (quarter !== known.quarter)
      known = { quarter, offset: offsetAt(format, quarter * quarterMs) };
    return known.offset;
  };
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const fields: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  const shown = daysBefore(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000;
  return shown - ms;
}

function clockWith(offset: (ms: number) => number): WallClock {
  return {
    at: (ms) => wallTimeOf(ms + offset(ms)),
    startOfDay: (year, month, day) => {
      const local = daysBefore(year, month, day) * dayMs;
      // The offset there depends on the moment sought: try the one on the wrong side first.
      const guess = local - offset(local);
      return local - offset(guess);
    },
  };
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar; months and days may run over. */
function daysBefore(year: number, month: number, day: number): number {
  const shift = Math.floor((month - 1) / 12);
  const inYear = month - 1 - shift * 12 + 1;
  const y = year + shift - (inYear <= 2 ? 1 : 0);
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (inYear + (inYear > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function wallTimeOf(local: number): WallTime {
  const days = Math.floor(local / dayMs);
  const minutes = Math.floor((local - days * dayMs) / minuteMs);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(minutes / 60),
    minute: minutes % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}
