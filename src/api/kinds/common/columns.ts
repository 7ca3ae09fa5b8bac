/** Columns and words that the tables of many kinds share. */
import { humanDuration } from '../../duration.ts';
import type { Column } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { parseTime } from '../../time.ts';

/** The first column of every table; the format lets kubectl prefix it with the resource (`pod/x`). */
export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among those of its kind within the namespace.',
  cell: (object) => object.metadata.name ?? '',
};

export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was made.',
  cell: (object, now) => sinceTime(object.metadata.creationTimestamp, now),
};

export function sinceTime(timestamp: string | undefined, now: number): string {
  return humanDuration(now - parseTime(timestamp));
}

export function orNone(text: string | undefined): string {
  return text || '<none>';
}

/** `a,b + 2 more...`: at most three, then how many more there are. */
export function firstThree(texts: readonly string[], count = texts.length): string {
  const shown = texts.slice(0, 3).join(',');
  return texts.length > 3 ? `${shown} + ${count - 3} more...` : shown;
}

export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return orNone(pairs.sort().join(','));
}
