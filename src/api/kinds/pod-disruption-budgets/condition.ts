/** The one condition of a budget, which its controller and the eviction API both keep true. */
import type { Timestamp } from '#base/clock.ts';
import type { Condition, PodDisruptionBudgetStatus } from '../../types.ts';

export interface Said {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export function allowedCondition(disruptionsAllowed: number): Said {
  return disruptionsAllowed > 0
    ? { status: 'True', reason: 'SufficientPods', message: '' }
    : { status: 'False', reason: 'InsufficientPods', message: '' };
}

/** The time of the transition stays when the status does. */
export function withCondition(
  status: PodDisruptionBudgetStatus,
  said: Said,
  now: Timestamp,
): PodDisruptionBudgetStatus {
  const { conditions = [], observedGeneration } = status;
  const known = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const lastTransitionTime = known?.status === said.status ? known.lastTransitionTime : now;
  const condition: Condition = {
    type: 'DisruptionAllowed',
    ...said,
    observedGeneration,
    lastTransitionTime,
  };
  return { ...status, conditions: [...conditions.filter((each) => each !== known), condition] };
}
