/** How a refused pod is told: in its condition, when that says something new, and in an event. */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, PodCondition } from '#api/types.ts';

export function unschedulableStatus(pod: Pod, message: string, now: number): readonly Action[] {
  const event: Action = {
    type: 'event',
    regarding: pod,
    level: 'Warning',
    reason: 'FailedScheduling',
    message,
  };
  const conditions = pod.status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'PodScheduled');
  const reason = 'Unschedulable';
  const isSaid = known?.status === 'False' && known.reason === reason && known.message === message;
  if (isSaid) return [event];
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : formatTime(now),
  };
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  const object: Pod = { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
  return [event, { type: 'update', kind: pods, object, subresource: 'status' }];
}
