/**
 * RFC 3339 without `Date`: parses as Go's `time.Parse(time.RFC3339, …)` does (a fraction is allowed,
 * ranges are checked) and writes the two forms that Kubernetes writes.
 */
export interface Instant {
  /** Since the Unix epoch; negative before it. */
  readonly seconds: number;
  /** 0 to 999,999,999, counted forward from `seconds`. */
  readonly nanos: number;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

export function parseInstant(text: string): Instant | undefined {
  const found = shape.exec(text);
  if (found === null) return undefined;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.map(Number);
  const inRange = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!inRange || hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetSeconds(found[8], found[9], found[10]);
  if (offset === undefined) return undefined;
  const nanos = Number((found[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return {
    seconds: daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset,
    nanos,
  };
}

function offsetSeconds(sign = '+', hours = '0', minutes = '0'): number | undefined {
  if (Number(hours) > 24 || Number(minutes) > 60) return undefined;
  const size = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === '-' ? -size : size;
}

/** `2026-01-02T03:04:05Z`; a fraction is cut off. */
export function formatTime({ seconds }: Instant): string {
  return `${formatSeconds(seconds)}Z`;
}

/** `2026-01-02T03:04:05.000006Z`; what is finer than a microsecond is cut off. */
export function formatMicroTime({ seconds, nanos }: Instant): string {
  return `${formatSeconds(seconds)}.${digits(Math.trunc(nanos / 1000), 6)}Z`;
}

function formatSeconds(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const [year, month, day] = civilFromDays(days);
  const clock = [Math.trunc(rest / 3600), Math.trunc(rest / 60) % 60, rest % 60];
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${clock.map((n) => digits(n, 2)).join(':')}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar. Years are counted from March, so that the leap day is the last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}

function civilFromDays(days: number): [number, number, number] {
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
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}
