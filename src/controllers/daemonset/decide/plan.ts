/** What a DaemonSet is about to do, gathered before it is bounded and carried out. */
import type { Action } from '#api/decision.ts';
import type { DaemonSet, Pod } from '#api/types.ts';
import type { Placement } from './placement.ts';

/** A DaemonSet with all that it is decided on. */
export interface Rollout extends Placement {
  readonly set: DaemonSet;
  /** Of today's revision. */
  readonly hash: string;
  readonly now: number;
}

export interface Plan {
  readonly doomed: readonly Pod[];
  readonly wanted: readonly Wanted[];
  readonly tellings?: readonly Action[];
  /** When something that waits now can go on. */
  readonly again?: number | undefined;
}

/** A pod for a node. */
export interface Wanted {
  readonly node: string;
  /** Pods before it that failed there. */
  readonly failures?: number;
}

export const nothingPlanned: Plan = { doomed: [], wanted: [] };

export function joined(plans: readonly Plan[]): Plan {
  const times = plans.flatMap(({ again }) => (again === undefined ? [] : [again]));
  return {
    doomed: plans.flatMap(({ doomed }) => doomed),
    wanted: plans.flatMap(({ wanted }) => wanted),
    tellings: plans.flatMap(({ tellings = [] }) => tellings),
    again: times.length > 0 ? Math.min(...times) : undefined,
  };
}
