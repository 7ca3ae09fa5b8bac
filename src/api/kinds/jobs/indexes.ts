/**
 * Sets of indexes as a Job writes them: `0,3-5,9`. Sorted, without overlap; a set of a hundred
 * thousand is a short text and stays a short list of intervals.
 * Source: batch/v1 JobStatus.completedIndexes.
 */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

export type Intervals = readonly Interval[];

/** A sentence when the text is no such set, or names an index that a Job of `completions` has not. */
export function readIndexes(text: string, completions: number): Intervals | string {
  const intervals: Interval[] = [];
  if (text === '') return intervals;
  let previous = -1;
  for (const part of text.split(',')) {
    const interval = readInterval(part, completions);
    if (typeof interval === 'string') return interval;
    if (previous >= interval.first) return notIncreasing(previous, interval.first);
    intervals.push(interval);
    previous = interval.last;
  }
  return intervals;
}

function readInterval(text: string, completions: number): Interval | string {
  const bounds = text.split('-');
  if (bounds.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const bound of bounds) {
    if (!/^\+?\d+$/.test(bound)) {
      return `cannot convert string to integer for index: ${JSON.stringify(bound)}`;
    }
    if (Number(bound) >= completions) return `too large index: ${JSON.stringify(bound)}`;
    numbers.push(Number(bound));
  }
  const [first = 0, last] = numbers;
  if (last === undefined) return { first, last: first };
  return first >= last ? notIncreasing(first, last) : { first, last };
}

function notIncreasing(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`;
}

export function countOf(intervals: Intervals): number {
  return intervals.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** The first index that both hold. */
export function overlapOf(one: Intervals, other: Intervals): number | undefined {
  let [left, right] = [0, 0];
  for (;;) {
    const a = one[left];
    const b = other[right];
    if (a === undefined || b === undefined) return undefined;
    const first = Math.max(a.first, b.first);
    if (first <= Math.min(a.last, b.last)) return first;
    if (a.last < b.last) left++;
    else right++;
  }
}

/** Pairs are written as `3,4`, longer runs as `3-5`. */
export function formatIndexes(intervals: Intervals): string {
  const words = intervals.map(({ first, last }) => {
    if (first === last) return String(first);
    return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
  });
  return words.join(',');
}

export function hasIndex(intervals: Intervals, index: number): boolean {
  let [low, high] = [0, intervals.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = intervals[middle];
    if (interval === undefined) return false;
    if (index < interval.first) high = middle - 1;
    else if (index > interval.last) low = middle + 1;
    else return true;
  }
  return false;
}

/** With single indexes added; those it has already do not matter. */
export function withIndexes(intervals: Intervals, added: readonly number[]): Intervals {
  if (added.length === 0) return intervals;
  const all = [...intervals, ...added.map((index) => ({ first: index, last: index }))];
  all.sort((a, b) => a.first - b.first);
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of all) {
    const end = merged.at(-1);
    if (end !== undefined && first <= end.last + 1) end.last = Math.max(end.last, last);
    else merged.push({ first, last });
  }
  return merged;
}
