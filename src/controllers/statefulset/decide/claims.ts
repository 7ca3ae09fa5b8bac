/**
 * The claims of a StatefulSet's pods: made before the pod, and owned by what takes them along when
 * it goes. Source: KEP-1847, persistentVolumeClaimRetentionPolicy.
 */
import type { Action, View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { persistentVolumeClaims, pods, statefulSets } from '#api/kinds/index.ts';
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '#api/types.ts';
import { controllerReference, ownersPatch } from '../../decide/owners.ts';
import { isSame } from '../../decide/same.ts';
import { claimName, isInRange } from './identity.ts';

/** One that is on its way out counts as missing: the server refuses until it is gone. */
export function creatingClaims(
  view: View,
  set: StatefulSet,
  ordinal: number,
  pod: string,
): readonly Action[] {
  const actions: Action[] = [];
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const object = newClaim(set, template, ordinal);
    const { namespace, name } = object.metadata;
    const found = view.get(persistentVolumeClaims, namespace, name);
    if (found !== undefined && found.metadata.deletionTimestamp === undefined) continue;
    const of = `in StatefulSet ${set.metadata.name}`;
    const telling = {
      regarding: set,
      done: {
        reason: 'SuccessfulCreate',
        message: `create Claim ${name} Pod ${pod} ${of} success`,
      },
      failed: {
        reason: 'FailedCreate',
        message: `create Claim ${name} for Pod ${pod} ${of} failed error: {error}`,
      },
    };
    actions.push({ type: 'create', kind: persistentVolumeClaims, object, telling });
  }
  return actions;
}

/** Labels of the set's selector are added, so that one finds the claims as one finds the pods. */
function newClaim(
  set: StatefulSet,
  template: PersistentVolumeClaim,
  ordinal: number,
): PersistentVolumeClaim {
  const { labels, annotations } = template.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace,
      labels: { ...labels, ...set.spec.selector.matchLabels },
      annotations,
    },
    spec: template.spec,
  };
}

/** A claim that still belongs to an earlier pod of this name goes with it: the next pod must not take it. */
export function hasStaleClaim(view: View, set: StatefulSet, ordinal: number, pod: string): boolean {
  if (policyOf(set).whenScaled === 'Retain') return false;
  return claimsOf(view, set, ordinal).some(({ metadata }) =>
    metadata.ownerReferences?.some(({ kind, name }) => kind === 'Pod' && name === pod),
  );
}

/** Makes the claims of a pod belong to whom the retention policy says. */
export function settlingClaims(
  view: View,
  set: StatefulSet,
  ordinal: number,
  pod: Pod | undefined,
): readonly Action[] {
  const actions: Action[] = [];
  for (const claim of claimsOf(view, set, ordinal)) {
    const owners = ownersOf(set, ordinal, pod, claim);
    if (isSame(owners, claim.metadata.ownerReferences)) continue;
    actions.push(ownersPatch(persistentVolumeClaims, claim, owners));
  }
  return actions;
}

function claimsOf(view: View, set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const { namespace } = set.metadata;
  const found = (set.spec.volumeClaimTemplates ?? []).map((template) =>
    view.get(persistentVolumeClaims, namespace, claimName(set, template, ordinal)),
  );
  return found.filter((claim) => claim !== undefined);
}

/** A claim that somebody else controls is theirs; references of the set and its pod are taken off it. */
function ownersOf(
  set: StatefulSet,
  ordinal: number,
  pod: Pod | undefined,
  { metadata }: PersistentVolumeClaim,
): readonly OwnerReference[] {
  const mine = [set.metadata.uid, pod?.metadata.uid];
  const others = (metadata.ownerReferences ?? []).filter(({ uid }) => !mine.includes(uid));
  if (others.some(({ controller }) => controller === true)) return others;
  const { whenDeleted, whenScaled } = policyOf(set);
  const isScaledAway = !isInRange(set, ordinal);
  if (whenScaled === 'Delete' && isScaledAway) {
    return pod === undefined ? others : [...others, controllerReference(pods as Kind, pod)];
  }
  if (whenDeleted !== 'Delete') return others;
  return [...others, controllerReference(statefulSets as Kind, set)];
}

function policyOf({ spec }: StatefulSet): { whenDeleted: string; whenScaled: string } {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } =
    spec.persistentVolumeClaimRetentionPolicy ?? {};
  return { whenDeleted, whenScaled };
}
