/** Statuses of a workload while its pods come up one after the other. */
import { isSame } from './same.ts';

interface Counts {
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly unavailableReplicas?: number | undefined;
  readonly conditions?: readonly object[] | undefined;
}

/**
 * Whether `after` differs from `before` only in that more of the wanted pods, but not yet all, are
 * ready or available. (That it is progressing is said anew each time, at another time of day.)
 */
export function countsUp(before: Counts | undefined, after: Counts, wanted: number): boolean {
  if (before === undefined) return false;
  const rises = (from = 0, to = 0): boolean => to === from || (to > from && to < wanted);
  return (
    rises(before.readyReplicas, after.readyReplicas) &&
    rises(before.availableReplicas, after.availableReplicas) &&
    isSame(restOf(before), restOf(after))
  );
}

function restOf(status: Counts): object {
  return {
    ...status,
    readyReplicas: undefined,
    availableReplicas: undefined,
    unavailableReplicas: undefined,
    conditions: status.conditions?.map((one) => ({ ...one, lastUpdateTime: undefined })),
  };
}
