import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { podClaimIndex } from '#api/storage/claims.ts';
import type { Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideClaimProtection } from './decide/claim-protection.ts';

/** Keeps claims while pods use them. */
export const pvcProtectionController: LoopDefinition = {
  name: 'pvc-protection-controller',
  sources: [
    { kind: persistentVolumeClaims },
    {
      kind: pods,
      indexes: podClaimIndex,
      keysOf: podClaimIndex.claim,
      matters: (previous: Pod, next: Pod) => previous.spec.nodeName !== next.spec.nodeName,
    },
  ],
  decide: (view, key) => decideClaimProtection(view, key),
};
