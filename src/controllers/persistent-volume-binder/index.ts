import { persistentVolumeClaims, persistentVolumes, storageClasses } from '#api/kinds/index.ts';
import { volumeIndexes } from '#api/storage/claims.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideClaim } from './decide/claim.ts';
import { claimIndexes, readKey, wokenByClaim, wokenByClass, wokenByVolume } from './decide/keys.ts';
import { decideVolume } from './decide/volume.ts';

/** Brings claims and volumes together, and says of each what it is. */
export const persistentVolumeBinder: LoopDefinition = {
  name: 'persistent-volume-binder',
  component: 'persistentvolume-controller',
  sources: [
    {
      kind: persistentVolumeClaims,
      indexes: claimIndexes,
      keysOf: wokenByClaim,
      remembersChanges: true,
    },
    { kind: persistentVolumes, indexes: volumeIndexes, keysOf: wokenByVolume },
    { kind: storageClasses, keysOf: wokenByClass },
  ],
  decide: (view, key, now) => {
    const subject = readKey(key);
    return subject.type === 'volume'
      ? decideVolume(view, subject.name, now)
      : decideClaim(view, subject.namespace, subject.name, now);
  },
};
