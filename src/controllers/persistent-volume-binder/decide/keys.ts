/** Two sorts of keys: `claim NAMESPACE/NAME` and `volume NAME`. Which a change wakes. */
import type { View } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes } from '#api/kinds/index.ts';
import { isDefaultClass } from '#api/kinds/storage-classes.ts';
import { keyOf, splitKey } from '#api/object.ts';
import { classNameOf, volumeIndexes } from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api/types.ts';

const words = { claim: 'claim ', volume: 'volume ' } as const;

export type BinderKey =
  | { readonly type: 'claim'; readonly namespace: string; readonly name: string }
  | { readonly type: 'volume'; readonly name: string };

export function readKey(key: string): BinderKey {
  if (key.startsWith(words.volume)) return { type: 'volume', name: key.slice(words.volume.length) };
  const { namespace = '', name } = splitKey(key.slice(words.claim.length));
  return { type: 'claim', namespace, name };
}

const claimKey = (name: string): string => `${words.claim}${name}`;
const volumeKey = (name: string): string => `${words.volume}${name}`;

/** Of claims whose class nobody has named: a default class that comes later is theirs. */
const unnamedClass = '\0';

export const claimIndexes = {
  /** Claims without a volume, by class. */
  seeking: (claim: PersistentVolumeClaim): readonly string[] => {
    if (claim.spec.volumeName) return [];
    const name = classNameOf(claim);
    return [name === '' && claim.spec.storageClassName === undefined ? unnamedClass : name];
  },
  /** By the volume that they name. */
  volume: ({ spec }: PersistentVolumeClaim): readonly string[] =>
    spec.volumeName ? [spec.volumeName] : [],
};

export function wokenByClaim(claim: PersistentVolumeClaim, view: View): readonly string[] {
  const held = view.byIndex(persistentVolumes, 'claim', keyOf(claim));
  const named = claim.spec.volumeName ? [claim.spec.volumeName] : [];
  const volumes = new Set([...named, ...held.map(({ metadata }) => metadata.name)]);
  return [claimKey(keyOf(claim)), ...[...volumes].map(volumeKey)];
}

/** A volume that is free may be what claims of its class wait for. */
export function wokenByVolume(volume: PersistentVolume, view: View): readonly string[] {
  const { name } = volume.metadata;
  const claims = new Set(volumeIndexes.claim(volume));
  for (const each of view.byIndex(persistentVolumeClaims, 'volume', name)) claims.add(keyOf(each));
  if (!volume.spec.claimRef && volume.status?.phase === 'Available') {
    for (const each of seekers(classNameOf(volume), view)) claims.add(keyOf(each));
    if (classNameOf(volume) === '') {
      for (const each of seekers(unnamedClass, view)) claims.add(keyOf(each));
    }
  }
  return [volumeKey(name), ...[...claims].map(claimKey)];
}

export function wokenByClass(storageClass: StorageClass, view: View): readonly string[] {
  const named = seekers(storageClass.metadata.name, view);
  const unnamed = isDefaultClass(storageClass) ? seekers(unnamedClass, view) : [];
  return [...named, ...unnamed].map((claim) => claimKey(keyOf(claim)));
}

function seekers(className: string, view: View): readonly PersistentVolumeClaim[] {
  return view.byIndex(persistentVolumeClaims, 'seeking', className);
}
