/** A claim that a pod uses stays until the pod is gone (kubernetes.io/pvc-protection). */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { claimProtection } from '#api/kinds/storage/protection.ts';
import { splitKey } from '#api/object.ts';
import { protecting } from '../../decide/finalizers.ts';

export function decideClaimProtection(view: View, key: string): Decision {
  const { namespace, name } = splitKey(key);
  const claim = view.get(persistentVolumeClaims, namespace, name);
  if (claim === undefined) return nothingToDo;
  // A pod without a node is not given one while its claim is leaving.
  const isUsed = view.byIndex(pods, 'claim', key).some(({ spec }) => Boolean(spec.nodeName));
  return { actions: protecting(persistentVolumeClaims, claim, claimProtection, isUsed) };
}
