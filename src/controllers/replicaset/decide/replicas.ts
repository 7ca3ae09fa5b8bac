/**
 * The right number of pods for a ReplicaSet or a ReplicationController, and a status that says what
 * there is.
 */
import { type Action, type Decide, nothingToDo, type View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { pods } from '#api/kinds/index.ts';
import { type KubeObject, splitKey } from '#api/object.ts';
import type { LabelSelector, Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import { countsUp } from '../../decide/counting-up.ts';
import {
  creatingPod,
  deletingPod,
  type PodOwner,
  podFromTemplate,
} from '../../decide/making-pods.ts';
import { claim, controllerOf } from '../../decide/owners.ts';
import { isActive } from '../../decide/pods.ts';
import { isSame } from '../../decide/same.ts';
import { nextPodAt } from './back-off.ts';
import { victimsOf } from './rank.ts';
import { type Counting, reportOf } from './status.ts';

/** A kind whose objects keep a number of pods. */
export interface ReplicatingKind<T extends Counting> {
  readonly kind: Kind<T>;
  selectorOf(object: T): LabelSelector;
  /** Whether its status has a count of the pods that are on their way out. */
  readonly countsTerminating: boolean;
}

export function replicasDecider<T extends Counting>(of: ReplicatingKind<T>): Decide {
  return (view, key, now) => {
    const { namespace, name } = splitKey(key);
    const object = view.get(of.kind, namespace, name);
    if (object === undefined) return nothingToDo;
    const owner: PodOwner<Counting> = { kind: of.kind as Kind, object };
    const { owned, actions } = claim(view, { ...owner, selector: of.selectorOf(object) }, pods);
    if (actions.length > 0) return { actions };
    const report = reportOf(object, owned, view.failure, now);
    const { terminatingReplicas, ...counts } = report.status;
    const status = of.countsTerminating ? report.status : counts;
    const next: Action[] = [];
    // First, since a refused creation or deletion drops what follows it.
    if (!isSame(object.status, status)) {
      const told: Counting = { ...object, status };
      const passing =
        countsUp(object.status, status, object.spec.replicas ?? 1) && !isExchanging(view, owner);
      next.push({ type: 'update', kind: owner.kind, object: told, subresource: 'status', passing });
    }
    if (object.metadata.deletionTimestamp !== undefined) {
      return { actions: next, again: report.again };
    }
    const active = owned.filter(isActive);
    const missing = (object.spec.replicas ?? 1) - active.length;
    const waitsUntil = missing > 0 ? nextPodAt(owned, missing, now) : 0;
    if (waitsUntil > now) {
      return { actions: next, again: Math.min(waitsUntil, report.again ?? waitsUntil) };
    }
    next.push(...scaling(view, owner, active, now));
    return { actions: next, again: report.again };
  };
}

function scaling(
  view: View,
  owner: PodOwner<Counting>,
  active: readonly Pod[],
  now: number,
): readonly Action[] {
  const { object } = owner;
  const missing = (object.spec.replicas ?? 1) - active.length;
  if (missing === 0) return [];
  if (missing > 0) {
    const creation = creatingPod(object, podFromTemplate(owner, object.spec.template));
    const count = Math.min(missing, limits.podsPerDecision);
    return [{ type: 'together', actions: Array.from({ length: count }, () => creation) }];
  }
  const neighbours = neighboursIn(view, owner);
  const victims = victimsOf(active, Math.min(-missing, limits.podsPerDecision), neighbours, now);
  return [{ type: 'together', actions: victims.map((pod) => deletingPod(object, pod)) }];
}

/** Beside it are others of its owner, which exchanges their pods step by step as these serve. */
function isExchanging(view: View, { kind, object }: PodOwner<Counting>): boolean {
  return setsBeside(view, kind, object).some(
    (set) => set !== object && ((set as Counting).status?.replicas ?? 0) > 0,
  );
}

/** All sets of the same owner, or this one alone. */
function setsBeside(view: View, kind: Kind, object: KubeObject): readonly KubeObject[] {
  const owner = controllerOf(object);
  return owner === undefined ? [object] : view.byIndex(kind, 'controller', owner.uid);
}

/** Counts active pods per node over all sets of the same owner (or this one alone). */
function neighboursIn(view: View, { kind, object }: PodOwner): (pod: Pod) => number {
  const sets = setsBeside(view, kind, object);
  const counts = new Map<string, number>();
  for (const { metadata } of sets) {
    for (const pod of view.byIndex(pods, 'controller', metadata.uid ?? '')) {
      const node = pod.spec.nodeName ?? '';
      if (isActive(pod)) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return (pod) => counts.get(pod.spec.nodeName ?? '') ?? 0;
}
