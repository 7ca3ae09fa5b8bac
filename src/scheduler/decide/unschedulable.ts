/** How a refused pod is told: in its condition, when that says something new, and in an event. */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, PodCondition } from '#api/types.ts';

/** `nominated`: the node where room is made for it; absent: nowhere. */
export function unschedulableStatus(
  pod: Pod,
  message: string,
  nominated: string | undefined,
  now: number,
): readonly Action[] {
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
  if (isSaid && pod.status?.nominatedNodeName === nominated) return [event];
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: known?.status === 'False' ? known.lastTransitionTime : formatTime(now),
  };
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  const status = {
    ...pod.status,
    conditions: [...others, condition],
    nominatedNodeName: nominated,
  };
  const object: Pod = { ...pod, status };
  return [{ type: 'update', kind: pods, object, subresource: 'status' }, event];
}
