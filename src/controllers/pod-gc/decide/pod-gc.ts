/** Removes pods that nobody else will: those of nodes that are gone, and finished ones beyond a bound. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { parseTime } from '#api/time.ts';
import type { Node, Pod } from '#api/types.ts';
import { disrupting } from '../../decide/disruption.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';

export interface PodGcOptions {
  /** Finished pods that are kept in the cluster (`--terminated-pod-gc-threshold`); 0: all. */
  readonly terminatedMax: number;
  /** A node may come back under its name: its pods wait for that long. */
  readonly quarantineMs: number;
}

/** The one key that is not a pod: the finished pods as a whole. */
export const terminatedKey = 'terminated';
const batchMax = 100;

export function decidePodGc(options: PodGcOptions, view: View, key: string, now: number): Decision {
  if (key === terminatedKey) return { actions: trimming(view, options.terminatedMax) };
  const { namespace, name } = splitKey(key);
  const pod = view.get(pods, namespace, name);
  if (pod === undefined) return nothingToDo;
  const { nodeName } = pod.spec;
  if (!nodeName) return isTerminating(pod) ? { actions: unscheduled(pod) } : nothingToDo;
  const node = view.get(nodes, undefined, nodeName);
  if (node !== undefined) {
    return isTerminating(pod) && isOutOfService(node) ? { actions: [removal(pod)] } : nothingToDo;
  }
  // Never seen: a name that somebody got wrong. Its owner makes the next pod as soon as this one is
  // gone, and so must not be rid of it at once.
  const goneAt = view.changedAt(nodes, undefined, nodeName);
  const at = (goneAt ?? parseTime(pod.metadata.creationTimestamp)) + options.quarantineMs;
  return at > now ? { actions: [], again: at } : { actions: orphaned(pod, nodeName, now) };
}

/** No agent will say that it has ended; who holds it by a finalizer (a Job) waits for that. */
function unscheduled(pod: Pod): readonly Action[] {
  if (isTerminal(pod) || !pod.metadata.finalizers?.length) return [removal(pod)];
  const object: Pod = { ...pod, status: { ...pod.status, phase: 'Failed' } };
  return [{ type: 'update', kind: pods, object, subresource: 'status' }, removal(pod)];
}

/** A finished pod keeps its phase: how it ended matters to the one who made it. */
function orphaned(pod: Pod, nodeName: string, now: number): readonly Action[] {
  const reason = 'DeletionByPodGC';
  const message = 'PodGC: node no longer exists';
  const phase = isTerminal(pod) ? undefined : 'Failed';
  return [
    { type: 'confirmAbsent', kind: nodes, name: nodeName },
    ...(isTerminal(pod) ? [] : disrupting(pod, { reason, message, phase }, now)),
    removal(pod),
  ];
}

function trimming(view: View, max: number): readonly Action[] {
  if (max <= 0) return [];
  const finished = view.byIndex(pods, 'terminated', 'true');
  const excess = finished.length - max;
  if (excess <= 0) return [];
  const time = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  const oldest = finished.toSorted((a, b) => (time(a) < time(b) ? -1 : 1));
  const doomed = oldest.slice(0, Math.min(excess, batchMax)).map(removal);
  return [{ type: 'together', actions: doomed }];
}

/** Somebody vouched that the machine is off (KEP-2268). */
function isOutOfService({ spec }: Node): boolean {
  return spec.taints?.some(({ key }) => key === 'node.kubernetes.io/out-of-service') === true;
}

function removal({ metadata }: Pod): Action {
  const { namespace, name, uid } = metadata;
  return { type: 'delete', kind: pods, namespace, name, uid, gracePeriodSeconds: 0 };
}
