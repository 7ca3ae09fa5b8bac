/** Timestamps between the API's text and milliseconds since the Unix epoch. */
import type { Timestamp } from '#base/clock.ts';
import {
  formatMicroTime as formatMicroInstant,
  formatTime as formatInstant,
  type Instant,
  parseInstant,
} from './schema/time.ts';

function instantOf(ms: number): Instant {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1_000_000) };
}

/** metav1.Time: whole seconds, the rest is cut off. */
export function formatTime(ms: number): Timestamp {
  return formatInstant(instantOf(ms));
}

/** metav1.MicroTime: six digits of fraction. */
export function formatMicroTime(ms: number): string {
  return formatMicroInstant(instantOf(ms));
}

/** RFC 3339, with or without a fraction. NaN, which is neither before nor after anything, when it is not a time or absent. */
export function parseTime(text: string | undefined): number {
  const instant = text === undefined ? undefined : parseInstant(text);
  return instant ? instant.seconds * 1000 + instant.nanos / 1_000_000 : Number.NaN;
}
