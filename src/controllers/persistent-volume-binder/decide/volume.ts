/** What a volume is, by what its claim is. Source: pkg/controller/volume/persistentvolume, syncVolume. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes } from '#api/kinds/index.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { hasAnnotation } from '#api/storage/claims.ts';
import type { PersistentVolume } from '#api/types.ts';
import { entering, lettingGo } from './changes.ts';

export function decideVolume(view: View, name: string, now: number): Decision {
  const volume = view.get(persistentVolumes, undefined, name);
  return volume === undefined ? nothingToDo : { actions: actionsFor(view, volume, now) };
}

function actionsFor(view: View, volume: PersistentVolume, now: number): readonly Action[] {
  const { claimRef } = volume.spec;
  if (!claimRef?.uid) return entering(volume, { phase: 'Available' }, now);
  const claim = view.get(persistentVolumeClaims, claimRef.namespace, claimRef.name ?? '');
  if (claim === undefined || claim.metadata.uid !== claimRef.uid) return left(volume, now);
  const { volumeName } = claim.spec;
  // The claim comes to it on its own.
  if (!volumeName) return [];
  if (volumeName === volume.metadata.name) return entering(volume, { phase: 'Bound' }, now);
  return outbid(volume, now);
}

/** Its claim has gone. That must not rest on an old view: data may go next. */
function left(volume: PersistentVolume, now: number): readonly Action[] {
  const { phase } = volume.status ?? {};
  if (phase === 'Released') return reclaiming(volume, now);
  if (phase === 'Failed') return [];
  const { namespace, name = '', uid } = volume.spec.claimRef ?? {};
  return [
    { type: 'confirmAbsent', kind: persistentVolumeClaims, namespace, name, uid },
    ...entering(volume, { phase: 'Released' }, now),
  ];
}

/** The claim has taken another volume. */
function outbid(volume: PersistentVolume, now: number): readonly Action[] {
  const wasMadeForIt = hasAnnotation(volume, storageAnnotations.provisionedBy);
  if (!wasMadeForIt || volume.spec.persistentVolumeReclaimPolicy !== 'Delete') {
    return lettingGo(volume, now);
  }
  const { phase } = volume.status ?? {};
  if (phase === 'Failed') return [];
  return phase === 'Released'
    ? reclaiming(volume, now)
    : entering(volume, { phase: 'Released' }, now);
}

/** Who made a volume removes it; one made by hand nobody here can empty or remove. */
function reclaiming(volume: PersistentVolume, now: number): readonly Action[] {
  const policy = volume.spec.persistentVolumeReclaimPolicy;
  if (policy === 'Recycle') {
    const message = 'no recyclable volume plugin matched';
    return failing(volume, 'VolumeFailedRecycle', message, now);
  }
  if (policy !== 'Delete' || hasAnnotation(volume, storageAnnotations.provisionedBy)) return [];
  const { name } = volume.metadata;
  const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  return failing(volume, 'VolumeFailedDelete', message, now);
}

function failing(
  volume: PersistentVolume,
  reason: string,
  message: string,
  now: number,
): readonly Action[] {
  return [
    ...entering(volume, { phase: 'Failed', message }, now),
    { type: 'event', regarding: volume, level: 'Warning', reason, message },
  ];
}
