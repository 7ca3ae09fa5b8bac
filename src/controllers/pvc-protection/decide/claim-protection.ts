/** A claim that a pod uses stays until the pod is gone (kubernetes.io/pvc-protection). */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { claimProtection } from '#api/kinds/storage/protection.ts';
import { splitKey } from '#api/object.ts';
import { claimNameOf, isMadeFor } from '#api/storage/claims.ts';
import type { PersistentVolumeClaim, Pod } from '#api/types.ts';
import { protecting } from '../../decide/finalizers.ts';

export function decideClaimProtection(view: View, key: string): Decision {
  const { namespace, name } = splitKey(key);
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return nothingToDo;
  // A pod without a node is not given one while its claim is leaving.
  const isUsed = view.byIndex(pods, 'claim', key).some((pod) => isUser(pod, claim));
  return { actions: protecting(persistentVolumeClaims, claim, claimProtection, isUsed) };
}

/** An ephemeral volume does not use a claim of its name that is somebody else's. */
function isUser(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { nodeName, volumes = [] } = pod.spec;
  if (!nodeName) return false;
  const uses = volumes.filter((volume) => claimNameOf(pod, volume) === claim.metadata.name);
  return uses.some(({ ephemeral }) => !ephemeral || isMadeFor(claim, pod));
}
