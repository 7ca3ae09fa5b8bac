/** What is done to pods that make room for another one (KEP-3329, DisruptionTarget). */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, PodCondition } from '#api/types.ts';

/** Nothing for a pod that is on its way out. The reason stays readable when the pod is gone. */
export function endVictim(
  victim: Pod,
  preemptor: Pod,
  node: string,
  now: number,
): readonly Action[] {
  const { namespace, name, uid, deletionTimestamp } = victim.metadata;
  if (deletionTimestamp !== undefined) return [];
  const message = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`;
  return [
    ...marked(victim, preemptor.spec.schedulerName ?? 'default-scheduler', now),
    { type: 'delete', kind: pods, namespace, name, uid },
    { type: 'event', regarding: victim, level: 'Normal', reason: 'Preempted', message },
  ];
}

function marked(victim: Pod, scheduler: string, now: number): readonly Action[] {
  const type = 'DisruptionTarget';
  const reason = 'PreemptionByScheduler';
  const conditions = victim.status?.conditions ?? [];
  const known = conditions.find((each) => each.type === type);
  if (known?.status === 'True' && known.reason === reason) return [];
  const condition: PodCondition = {
    type,
    status: 'True',
    reason,
    message: `${scheduler}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: formatTime(now),
  };
  const others = conditions.filter((each) => each.type !== type);
  const status = { ...victim.status, conditions: [...others, condition] };
  const object: Pod = { ...victim, status };
  return [{ type: 'update', kind: pods, object, subresource: 'status' }];
}

/** It waited for room on a node that a more important pod takes now. */
export function withoutNomination(pod: Pod): readonly Action[] {
  if (!pod.status?.nominatedNodeName) return [];
  const status = { ...pod.status, nominatedNodeName: undefined };
  const object: Pod = { ...pod, status };
  return [{ type: 'update', kind: pods, object, subresource: 'status' }];
}
