/** Durations for people (ages in tables) and for Go (`1h30m`), in milliseconds. */
import { formatDuration as formatNanos, parseDuration as parseNanos } from './schema/duration.ts';

const nanosPerMs = 1_000_000;

/** Go's `time.ParseDuration`; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  const nanos = parseNanos(text);
  return nanos === undefined ? undefined : Number(nanos) / nanosPerMs;
}

/** Go's `Duration.String`: `1h0m0s`, `1.5s`. */
export function formatDuration(ms: number): string {
  return formatNanos(BigInt(Math.round(ms * nanosPerMs)));
}

/**
 * An age as `kubectl get` shows it, two or three digits of precision: `45s`, `5m30s`, `3d4h`, `2y33d`.
 * Up to two seconds in the future count as now, since clocks differ (apimachinery `HumanDuration`).
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (Number.isNaN(ms)) return '<unknown>';
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
