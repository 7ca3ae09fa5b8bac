/**
 * The writes by which a claim and a volume become each other's. Each looks at what is already so:
 * whoever was interrupted in the middle finds the rest to do.
 */
import type { Action } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes } from '#api/kinds/index.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { hasAnnotation, isFullyBound, referenceTo } from '#api/storage/claims.ts';
import { formatTime } from '#api/time.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeStatus,
} from '#api/types.ts';
import { isSame } from '../../decide/same.ts';

const { boundByController, bindCompleted } = storageAnnotations;

/** In Kubernetes' order: the volume is held before the claim relies on it. */
export function binding(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  now: number,
): readonly Action[] {
  return [
    ...holding(volume, claim),
    ...entering(volume, { phase: 'Bound' }, now),
    ...taking(claim, volume),
    ...becomingBound(claim, volume),
  ];
}

function holding(volume: PersistentVolume, claim: PersistentVolumeClaim): readonly Action[] {
  const { claimRef } = volume.spec;
  if (claimRef?.uid !== undefined && claimRef.uid === claim.metadata.uid) return [];
  const { name, uid, resourceVersion } = volume.metadata;
  // A person who reserved the volume has named the claim.
  const annotations = claimRef === undefined ? { [boundByController]: 'yes' } : {};
  const patch = {
    metadata: { uid, resourceVersion, annotations },
    spec: { claimRef: referenceTo(claim) },
  };
  return [{ type: 'patch', kind: persistentVolumes, name, patch }];
}

function taking(claim: PersistentVolumeClaim, volume: PersistentVolume): readonly Action[] {
  if (isFullyBound(claim)) return [];
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const isByHand = Boolean(claim.spec.volumeName);
  const annotations = {
    [bindCompleted]: 'yes',
    ...(!isByHand && { [boundByController]: 'yes' }),
  };
  const patch = {
    metadata: { uid, resourceVersion, annotations },
    spec: { volumeName: volume.metadata.name },
  };
  return [{ type: 'patch', kind: persistentVolumeClaims, namespace, name, patch }];
}

/** A claim that is bound already keeps its size: who lets it grow says how far it has come. */
function becomingBound(claim: PersistentVolumeClaim, volume: PersistentVolume): readonly Action[] {
  const { status = {} } = claim;
  const { accessModes, capacity } = volume.spec;
  const isBound = status.phase === 'Bound';
  if (isBound && isSame(status.accessModes, accessModes)) return [];
  const next = { phase: 'Bound', accessModes, ...(!isBound && { capacity }) };
  return [claimStatus(claim, next)];
}

export function claimEntering(claim: PersistentVolumeClaim, phase: string): readonly Action[] {
  return claim.status?.phase === phase ? [] : [claimStatus(claim, { phase })];
}

function claimStatus({ metadata }: PersistentVolumeClaim, status: object): Action {
  const { namespace, name, uid } = metadata;
  const patch = { metadata: { uid }, status };
  const kind = persistentVolumeClaims;
  return { type: 'patch', kind, namespace, name, subresource: 'status', patch };
}

/** The volume's phase, with the reason for a failure. */
export function entering(
  { metadata, status: known = {} }: PersistentVolume,
  { phase, message, reason }: PersistentVolumeStatus,
  now: number,
): readonly Action[] {
  if (known.phase === phase && known.message === message) return [];
  const { name, uid } = metadata;
  const status = {
    phase,
    message: message ?? null,
    reason: reason ?? null,
    ...(known.phase !== phase && { lastPhaseTransitionTime: formatTime(now) }),
  };
  const patch = { metadata: { uid }, status };
  return [{ type: 'patch', kind: persistentVolumes, name, subresource: 'status', patch }];
}

/** A person's reservation stays; one of the program's goes as a whole. */
export function lettingGo(volume: PersistentVolume, now: number): readonly Action[] {
  const { name, uid, resourceVersion } = volume.metadata;
  const isOurs = hasAnnotation(volume, boundByController);
  const annotations = isOurs ? { [boundByController]: null } : {};
  const patch = {
    metadata: { uid, resourceVersion, annotations },
    spec: { claimRef: isOurs ? null : { uid: null, resourceVersion: null } },
  };
  return [
    { type: 'patch', kind: persistentVolumes, name, patch },
    ...entering(volume, { phase: 'Available' }, now),
  ];
}
