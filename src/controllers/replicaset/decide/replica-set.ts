/** The right number of pods for a ReplicaSet, and a status that says what there is. */
import type { Action, Decision, View } from '#api/decision.ts';
import { nothingToDo } from '#api/decision.ts';
import { pods, replicaSets } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { Pod, ReplicaSet } from '#api/types.ts';
import { claim, controllerOf, controllerReference } from '../../decide/owners.ts';
import { isActive } from '../../decide/pods.ts';
import { isSame } from '../../decide/same.ts';
import { victimsOf } from './rank.ts';
import { reportOf } from './status.ts';

/** Pods made or deleted in one decision, as in Kubernetes. */
const burstReplicas = 500;

export function decideReplicaSet(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const replicaSet = view.get(replicaSets, namespace, name);
  if (replicaSet === undefined) return nothingToDo;
  const { selector } = replicaSet.spec;
  const { owned, actions } = claim(view, { kind: replicaSets, object: replicaSet, selector }, pods);
  if (actions.length > 0) return { actions };
  const report = reportOf(replicaSet, owned, view.failure, now);
  const next: Action[] = [];
  // First, since a refused creation or deletion drops what follows it.
  if (!isSame(replicaSet.status, report.status)) {
    const object: ReplicaSet = { ...replicaSet, status: report.status };
    next.push({ type: 'update', kind: replicaSets, object, subresource: 'status' });
  }
  if (replicaSet.metadata.deletionTimestamp === undefined) {
    next.push(...scaling(view, replicaSet, owned.filter(isActive), now));
  }
  return { actions: next, again: report.again };
}

function scaling(
  view: View,
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  now: number,
): readonly Action[] {
  const missing = (replicaSet.spec.replicas ?? 1) - active.length;
  if (missing === 0) return [];
  if (missing > 0) {
    const count = Math.min(missing, burstReplicas);
    return [
      { type: 'together', actions: Array.from({ length: count }, () => creation(replicaSet)) },
    ];
  }
  const neighbours = neighboursIn(view, replicaSet);
  const victims = victimsOf(active, Math.min(-missing, burstReplicas), neighbours, now);
  return [{ type: 'together', actions: victims.map((pod) => deletion(replicaSet, pod)) }];
}

function creation(replicaSet: ReplicaSet): Action {
  const { name, namespace } = replicaSet.metadata;
  const { metadata, spec } = replicaSet.spec.template ?? { spec: { containers: [] } };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: metadata?.labels,
      annotations: metadata?.annotations,
      finalizers: metadata?.finalizers,
      ownerReferences: [controllerReference(replicaSets, replicaSet)],
    },
    spec,
  };
  const telling = {
    regarding: replicaSet,
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  };
  return { type: 'create', kind: pods, object: pod, telling };
}

function deletion(replicaSet: ReplicaSet, pod: Pod): Action {
  const { namespace, name, uid } = pod.metadata;
  const telling = {
    regarding: replicaSet,
    done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
    failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
  };
  return { type: 'delete', kind: pods, namespace, name, uid, telling };
}

/** Counts active pods per node over all ReplicaSets of the same owner (or this one alone). */
function neighboursIn(view: View, replicaSet: ReplicaSet): (pod: Pod) => number {
  const owner = controllerOf(replicaSet);
  const sets =
    owner === undefined ? [replicaSet] : view.byIndex(replicaSets, 'controller', owner.uid);
  const counts = new Map<string, number>();
  for (const { metadata } of sets) {
    for (const pod of view.byIndex(pods, 'controller', metadata.uid ?? '')) {
      const node = pod.spec.nodeName ?? '';
      if (isActive(pod)) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return (pod) => counts.get(pod.spec.nodeName ?? '') ?? 0;
}
