/**
 * RFC 3339 as Go's `time.Parse(time.RFC3339, …)` reads it (a fraction is allowed, ranges are checked),
 * and the two forms that Kubernetes writes.
 */
import { remembered, rememberedWord } from '#base/remembered.ts';

export interface Instant {
  /** Since the Unix epoch; negative before it. */
  readonly seconds: number;
  /** 0 to 999,999,999, counted forward from `seconds`. */
  readonly nanos: number;
}

/** The years 0000 to 9999, which the text can say. */
const earliest = -62_167_219_200;
const latest = 253_402_300_799;

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Whether the text is just what `formatTime` writes, as nearly all that is read is: nothing to take apart. */
export function isCanonicalTime(text: string): boolean {
  return text.length === 20 && text.endsWith('Z') && isCanonicalSecond(text);
}

/** The objects of one moment name the same few seconds, again and again. */
const isCanonicalSecond = rememberedWord((text) => {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
});

export function parseInstant(text: string): Instant | undefined {
  const found = shape.exec(text);
  if (found === null) return undefined;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.map(Number);
  const offset = offsetSeconds(found[8], found[9], found[10]);
  if (hour > 23 || minute > 59 || second > 59 || offset === undefined) return undefined;
  // Not Date.UTC, which takes the years before 100 for those of the last century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const seconds = date.setUTCHours(hour, minute, second) / 1000 - offset;
  const nanos = Number((found[7] ?? '').slice(0, 9).padEnd(9, '0'));
  return seconds >= earliest && seconds <= latest ? { seconds, nanos } : undefined;
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
  return `${formatSeconds(seconds)}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z`;
}

/** Whatever happens in one second says so in the same words. */
const formatSeconds = remembered(2, (seconds: number) =>
  new Date(seconds * 1000).toISOString().slice(0, -5),
);
