/** Sends pods away from nodes with NoExecute taints, when their tolerations have run out. */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { parseTime } from '#api/time.ts';
import { tolerates } from '#api/tolerations.ts';
import type { Pod, Taint } from '#api/types.ts';
import { disrupting } from '../../decide/disruption.ts';
import { conditionOf, isTerminal, isTerminating } from '../../decide/pods.ts';

export function decideEviction(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const pod = view.get(pods, namespace, name);
  if (pod === undefined || isTerminal(pod) || isTerminating(pod)) return nothingToDo;
  const node = pod.spec.nodeName ? view.get(nodes, undefined, pod.spec.nodeName) : undefined;
  const taints = node?.spec.taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
  const at = Math.min(...taints.map((taint) => endOfToleration(pod, taint, now)));
  if (at === Number.POSITIVE_INFINITY) return nothingToDo;
  return at > now ? { actions: [], again: at } : { actions: evicting(pod, now) };
}

/**
 * Infinity: tolerated for good. Several tolerations of one taint: the shortest counts, from when pod and
 * taint met, so that one that comes later has its time, too.
 */
function endOfToleration(pod: Pod, taint: Taint, now: number): number {
  const fitting = pod.spec.tolerations?.filter((toleration) => tolerates(toleration, taint)) ?? [];
  if (fitting.length === 0) return now;
  const seconds = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  if (seconds.length === 0) return Number.POSITIVE_INFINITY;
  // Until the node controller has noted the time, none has gone by.
  const added = parseTime(taint.timeAdded);
  const met = Math.max(Number.isNaN(added) ? now : added, arrivedAt(pod, now));
  return met + Math.max(0, Math.min(...seconds)) * 1000;
}

/** A time that is still to come is that of another clock. */
function arrivedAt(pod: Pod, now: number): number {
  const times = [
    pod.metadata.creationTimestamp,
    conditionOf(pod, 'PodScheduled')?.lastTransitionTime,
  ].map(parseTime);
  return Math.max(Number.NEGATIVE_INFINITY, ...times.filter((time) => time <= now));
}

function evicting(pod: Pod, now: number): Decision['actions'] {
  const { namespace, name, uid } = pod.metadata;
  const reason = 'DeletionByTaintManager';
  const message = 'Taint manager: deleting due to NoExecute taint';
  const marking = disrupting(pod, { reason, message }, now);
  return [
    {
      type: 'event',
      regarding: pod,
      level: 'Normal',
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/${name}`,
    },
    ...marking,
    { type: 'delete', kind: pods, namespace, name, uid },
  ];
}
