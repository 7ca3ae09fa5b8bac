/** Marks pods that the control plane ends (KEP-3329): the reason stays readable when they are gone. */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Pod } from '#api/types.ts';
import { conditionOf } from './pods.ts';

export interface Disruption {
  readonly reason: string;
  readonly message: string;
  /** Sets the phase, too: no agent will. */
  readonly phase?: 'Failed' | undefined;
}

/** Nothing when the pod says so already. */
export function disrupting(pod: Pod, disruption: Disruption, now: number): readonly Action[] {
  const { reason, message, phase } = disruption;
  const known = conditionOf(pod, 'DisruptionTarget');
  const isSaid = known?.status === 'True' && known.reason === reason;
  if (isSaid && (phase === undefined || pod.status?.phase === phase)) return [];
  const others = pod.status?.conditions?.filter(({ type }) => type !== 'DisruptionTarget') ?? [];
  const lastTransitionTime = formatTime(now);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message,
    lastTransitionTime,
  };
  const status = { ...pod.status, conditions: [...others, condition] };
  const object: Pod = { ...pod, status: phase === undefined ? status : { ...status, phase } };
  return [{ type: 'update', kind: pods, object, subresource: 'status' }];
}
