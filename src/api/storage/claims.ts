/** What claims and volumes say about each other, for everybody who reads them. */
import { classAnnotation } from '../kinds/storage/claim-update.ts';
import type { KubeObject } from '../object.ts';
import type {
  ObjectReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume,
} from '../types.ts';
import { storageAnnotations } from './annotations.ts';

export function hasAnnotation({ metadata }: KubeObject, key: string): boolean {
  return metadata.annotations?.[key] !== undefined;
}

/** Empty: none. */
export function classNameOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? '';
}

/** The volume's reference means this claim; a reference without a uid was written by a person. */
export function isHeldFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = volume.spec;
  const { name, namespace, uid } = claim.metadata;
  if (claimRef?.name !== name || claimRef.namespace !== namespace) return false;
  return !claimRef.uid || claimRef.uid === uid;
}

export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return Boolean(claim.spec.volumeName) && hasAnnotation(claim, storageAnnotations.bindCompleted);
}

export function referenceTo({ metadata }: PersistentVolumeClaim): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  const kind = 'PersistentVolumeClaim';
  return { kind, namespace, name, uid, apiVersion: 'v1', resourceVersion };
}

/** The claim that a volume of a pod stands for; claims of ephemeral volumes are named after both. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.ephemeral) return `${pod.metadata.name}-${volume.name}`;
  return volume.persistentVolumeClaim?.claimName;
}

/** A claim of that name that belongs to somebody else is no part of the pod. */
export function isMadeFor(claim: PersistentVolumeClaim, pod: Pod): boolean {
  const owners = claim.metadata.ownerReferences ?? [];
  return owners.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid);
}

/** Pods by the claims that they name (`namespace/name`): one index for all loops of a process. */
export const podClaimIndex = {
  claim: (pod: Pod): readonly string[] => {
    const { namespace = '' } = pod.metadata;
    const names = (pod.spec.volumes ?? []).map((volume) => claimNameOf(pod, volume));
    return names.filter((name) => name !== undefined).map((name) => `${namespace}/${name}`);
  },
};

/** Volumes by their class and by the claim that they are held for (`namespace/name`). */
export const volumeIndexes = {
  class: (volume: PersistentVolume): readonly string[] => [classNameOf(volume)],
  claim: ({ spec }: PersistentVolume): readonly string[] =>
    spec.claimRef ? [`${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`] : [],
};
