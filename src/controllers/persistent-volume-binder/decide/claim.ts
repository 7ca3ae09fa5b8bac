/** Which volume a claim gets, and what becomes of one that has had its. Source: pkg/controller/volume/persistentvolume, syncClaim. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes, storageClasses } from '#api/kinds/index.ts';
import { classAnnotation } from '#api/kinds/storage/claim-update.ts';
import { defaultClassOf } from '#api/kinds/storage-classes.ts';
import { keyOf } from '#api/object.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { classNameOf, hasAnnotation, isHeldFor } from '#api/storage/claims.ts';
import { lackOf, matchingVolume, mismatchOf } from '#api/storage/matching.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#api/types.ts';
import { binding, claimEntering } from './changes.ts';
import { provisioning, telling } from './provisioning.ts';

export function decideClaim(view: View, namespace: string, name: string, now: number): Decision {
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return nothingToDo;
  if (hasAnnotation(claim, storageAnnotations.bindCompleted)) {
    return { actions: keeping(view, claim, now) };
  }
  if (claim.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const { volumeName } = claim.spec;
  const actions = volumeName
    ? takingNamed(view, claim, volumeName, now)
    : seeking(view, claim, now);
  return { actions };
}

function seeking(view: View, claim: PersistentVolumeClaim, now: number): readonly Action[] {
  const waits = waitsForPod(view, claim);
  const candidates = [
    ...view.byIndex(persistentVolumes, 'claim', keyOf(claim)),
    ...view.byIndex(persistentVolumes, 'class', classNameOf(claim)),
  ];
  const volume = matchingVolume(claim, candidates, { mayTake: () => !waits });
  if (volume !== undefined) return binding(volume, claim, now);
  const pending = claimEntering(claim, 'Pending');
  if (waits) {
    const message = 'waiting for first consumer to be created before binding';
    const event = { level: 'Normal', reason: 'WaitForFirstConsumer', message } as const;
    return [...pending, ...telling(view, claim, event, now)];
  }
  return [...pending, ...(givingClass(view, claim) ?? provisioning(view, claim, now))];
}

/** The scheduler says where, unless it has said so already. */
function waitsForPod(view: View, claim: PersistentVolumeClaim): boolean {
  if (hasAnnotation(claim, storageAnnotations.selectedNode)) return false;
  const storageClass = view.get(storageClasses, undefined, classNameOf(claim));
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** A default class that came after the claim (KEP-3333). */
function givingClass(view: View, claim: PersistentVolumeClaim): readonly Action[] | undefined {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  if (claim.spec.storageClassName !== undefined || hasAnnotation(claim, classAnnotation)) return;
  const storageClass = defaultClassOf(view.list(storageClasses));
  if (storageClass === undefined) return;
  const spec = { storageClassName: storageClass.metadata.name };
  const patch = { metadata: { uid, resourceVersion }, spec };
  return [{ type: 'patch', kind: persistentVolumeClaims, namespace, name, patch }];
}

/** Somebody asked for this very volume. */
function takingNamed(
  view: View,
  claim: PersistentVolumeClaim,
  name: string,
  now: number,
): readonly Action[] {
  const pending = claimEntering(claim, 'Pending');
  const volume = view.get(persistentVolumes, undefined, name);
  if (volume === undefined) return pending;
  if (volume.spec.claimRef !== undefined && !isHeldFor(volume, claim)) {
    const message = `volume "${name}" already bound to a different claim.`;
    const event = { level: 'Warning', reason: 'FailedBinding', message } as const;
    return [...pending, ...telling(view, claim, event, now)];
  }
  const why = volume.spec.claimRef === undefined ? unfitness(volume, claim) : undefined;
  if (why === undefined) return binding(volume, claim, now);
  const message = `Cannot bind to requested volume "${name}": ${why}`;
  const event = { level: 'Warning', reason: 'VolumeMismatch', message } as const;
  return [...pending, ...telling(view, claim, event, now)];
}

function unfitness(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  return mismatchOf(volume, claim) ?? lackOf(volume, claim);
}

/** The claim has been bound: either it still is, or its data is lost. */
function keeping(view: View, claim: PersistentVolumeClaim, now: number): readonly Action[] {
  const { volumeName } = claim.spec;
  const volume = volumeName ? view.get(persistentVolumes, undefined, volumeName) : undefined;
  if (!volumeName) {
    const message =
      'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    return losing(claim, 'ClaimLost', message);
  }
  if (volume === undefined) {
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    const gone: Action = { type: 'confirmAbsent', kind: persistentVolumes, name: volumeName };
    const lost = losing(claim, 'ClaimLost', message);
    return lost.length > 0 ? [gone, ...lost] : [];
  }
  const { claimRef } = volume.spec;
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) {
    return binding(volume, claim, now);
  }
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
  return losing(claim, 'ClaimMisbound', message);
}

function losing(claim: PersistentVolumeClaim, reason: string, message: string): readonly Action[] {
  const actions = claimEntering(claim, 'Lost');
  if (actions.length === 0) return [];
  return [...actions, { type: 'event', regarding: claim, level: 'Warning', reason, message }];
}
