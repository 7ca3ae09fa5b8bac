import { sameValue } from './checks.ts';
import { ownValue } from './records.ts';

/** One line for each smallest part that differs: `spec.dnsPolicy: "Default" → "None"`. */
export function changedPaths(before: unknown, after: unknown, path: string): string[] {
  if (sameValue(before, after)) return [];
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => {
      const at = Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`;
      return changedPaths(ownValue(before, key), ownValue(after, key), at);
    });
  }
  return [`${path}: ${shown(before)} → ${shown(after)}`];
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
