import type { View } from '#api/decision.ts';
import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { podClaimIndex } from '#api/storage/claims.ts';
import type { PersistentVolumeClaim, Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideEphemeralVolumes } from './decide/ephemeral-volumes.ts';

/** Makes the claims that ephemeral volumes of pods stand for. */
export const ephemeralVolumeController: LoopDefinition = {
  name: 'ephemeral-volume-controller',
  component: 'ephemeral_volume',
  sources: [
    {
      kind: pods,
      keysOf: (pod: Pod) => (hasEphemeral(pod) ? [keyOf(pod)] : []),
      indexes: podClaimIndex,
      matters: (previous: Pod, next: Pod) => previous.metadata.uid !== next.metadata.uid,
      remembersChanges: true,
    },
    { kind: persistentVolumeClaims, keysOf: podsNaming },
  ],
  decide: decideEphemeralVolumes,
};

function hasEphemeral({ spec }: Pod): boolean {
  return spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true;
}

/** A claim that went is made anew while its pod is there, and one of somebody else's no longer in its way. */
function podsNaming(claim: PersistentVolumeClaim, view: View): readonly string[] {
  return view.byIndex(pods, 'claim', keyOf(claim)).filter(hasEphemeral).map(keyOf);
}
