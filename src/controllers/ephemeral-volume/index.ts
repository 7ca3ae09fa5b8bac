import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { PersistentVolumeClaim, Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { controllerOf } from '../decide/owners.ts';
import { decideEphemeralVolumes } from './decide/ephemeral-volumes.ts';

/** Makes the claims that ephemeral volumes of pods stand for. */
export const ephemeralVolumeController: LoopDefinition = {
  name: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  sources: [
    {
      kind: pods,
      keysOf: (pod: Pod) => (hasEphemeral(pod) ? [keyOf(pod)] : []),
      matters: (previous: Pod, next: Pod) => previous.metadata.uid !== next.metadata.uid,
      remembersChanges: true,
    },
    { kind: persistentVolumeClaims, keysOf: ownerOf },
  ],
  decide: decideEphemeralVolumes,
};

function hasEphemeral({ spec }: Pod): boolean {
  return spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true;
}

/** A claim that went is made anew while its pod is there. */
function ownerOf(claim: PersistentVolumeClaim): readonly string[] {
  const owner = controllerOf(claim);
  return owner?.kind === 'Pod' ? [`${claim.metadata.namespace ?? ''}/${owner.name}`] : [];
}
