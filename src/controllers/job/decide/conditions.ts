import type { JobCondition } from '#api/types.ts';
import type { Timestamp } from '#base/clock.ts';

export interface Said {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What never was True need not be said to be False. The same list when nothing changes. */
export function saying(
  conditions: readonly JobCondition[],
  said: Said,
  at: Timestamp,
): readonly JobCondition[] {
  const found = conditions.find(({ type }) => type === said.type);
  if (found === undefined && said.status === 'False') return conditions;
  const { status, reason, message } = found ?? {};
  if (status === said.status && reason === said.reason && message === said.message) {
    return conditions;
  }
  const next: JobCondition = { ...said, lastProbeTime: at, lastTransitionTime: at };
  return found === undefined
    ? [...conditions, next]
    : conditions.map((each) => (each === found ? next : each));
}
