/** Which pod a selector that selects nothing may have meant: most such selectors are a slip away from one. */
import type { Labels } from '../selector.ts';
import type { Pod } from '../types.ts';

export interface NearPod {
  readonly pod: Pod;
  /** For the end of a sentence. */
  readonly closest: string;
  /** Labels of that pod which a selector could name. */
  readonly suggested: string;
}

export function nearestPod(selector: Labels, all: readonly Pod[]): NearPod | undefined {
  const wanted = Object.entries(selector);
  const pod = closestPod(wanted, all);
  if (!pod) return undefined;
  const labels = pod.metadata.labels ?? {};
  const keys = wanted.map(([key]) => key).filter((key) => labels[key] !== undefined);
  const useful = keys.length > 0 ? keys : usefulKeys(labels);
  const suggested = textOf(Object.fromEntries(useful.map((key) => [key, labels[key] ?? ''])));
  const closest = `; the nearest is pod ${pod.metadata.name}, which has ${suggested || 'no labels'}`;
  return { pod, closest, suggested };
}

/** With the most of the wanted keys, and of the wanted values; the one whose name tells of the Service first. */
function closestPod(
  wanted: readonly (readonly [string, string])[],
  all: readonly Pod[],
): Pod | undefined {
  const score = ({ metadata }: Pod): number => {
    let sum = 0;
    for (const [key, value] of wanted) {
      const has = metadata.labels?.[key];
      if (has === value) sum += 4;
      else if (has !== undefined) sum += has.includes(value) || value.includes(has) ? 3 : 2;
      if (Object.values(metadata.labels ?? {}).includes(value)) sum += 1;
    }
    return sum;
  };
  return all
    .map((pod) => ({ pod, score: score(pod) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)[0]?.pod;
}

/** What controllers put on says nothing to people. */
function usefulKeys(labels: Labels): string[] {
  return Object.keys(labels).filter((key) => !/hash|revision|controller-uid|pod-index/.test(key));
}

export const textOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
