/** What is done to a pod of a StatefulSet, with what is told of it. */
import type { Action, Telling, View } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import type { Pod, StatefulSet } from '#api/types.ts';
import { templateOf } from '../../decide/revisions.ts';
import { creatingClaims, settlingClaims } from './claims.ts';
import { identityLabels, newPod, podName, startOf } from './identity.ts';
import type { Rollout, Slot } from './layout.ts';

function telling(set: StatefulSet, verb: 'create' | 'update' | 'delete', pod: string): Telling {
  const ending = `${verb[0]?.toUpperCase()}${verb.slice(1)}`;
  const what = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  return {
    regarding: set,
    done: { reason: `Successful${ending}`, message: `${what} successful` },
    failed: { reason: `Failed${ending}`, message: `${what} failed error: {error}` },
  };
}

/** The pod's claims and then the pod; none is made while a claim of the pod before is still there. */
export function creating(
  view: View,
  rollout: Rollout,
  ordinal: number,
): { readonly claims: readonly Action[]; readonly pod: Action } {
  const { set } = rollout;
  const name = podName(set, ordinal);
  const revision = belongsToCurrent(rollout, ordinal) ? rollout.current : rollout.update;
  const template = templateOf(revision) ?? set.spec.template;
  const object = newPod(set, ordinal, template, revision.metadata.name);
  return {
    claims: creatingClaims(view, set, ordinal, name),
    pod: { type: 'create', kind: pods, object, telling: telling(set, 'create', name) },
  };
}

/** Below the partition a pod that is missing comes back as it was. */
function belongsToCurrent({ set }: Rollout, ordinal: number): boolean {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') return false;
  const kept = rollingUpdate ? rollingUpdate.partition : set.status?.currentReplicas;
  return ordinal < startOf(set) + (kept ?? 0);
}

export function deleting(set: StatefulSet, pod: Pod): Action {
  const { namespace, name, uid } = pod.metadata;
  return {
    type: 'delete',
    kind: pods,
    namespace,
    name,
    uid,
    telling: telling(set, 'delete', name),
  };
}

/** Labels of an adopted pod, and owners of its claims. */
export function correcting(
  view: View,
  set: StatefulSet,
  { ordinal, pod }: Slot,
): readonly Action[] {
  if (pod === undefined) return [];
  const labels = identityLabels(set, ordinal);
  const found = pod.metadata.labels ?? {};
  const claims = settlingClaims(view, set, ordinal, pod);
  if (Object.entries(labels).every(([key, value]) => found[key] === value)) return claims;
  const { namespace, name, uid } = pod.metadata;
  const patch = { metadata: { uid, labels } };
  return [{ type: 'patch', kind: pods, namespace, name, patch }, ...claims];
}
