import type { IntOrString } from '#api/types.ts';

/** A number of pods, or a share of `total` in percent, which is rounded as the field asks. */
export function resolveShare(
  value: IntOrString,
  total: number,
  round: (value: number) => number,
): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
