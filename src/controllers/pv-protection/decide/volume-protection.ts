/** A volume that a claim has stays until the claim is gone (kubernetes.io/pv-protection). */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { persistentVolumes } from '#api/kinds/index.ts';
import { volumeProtection } from '#api/kinds/storage/protection.ts';
import { protecting } from '../../decide/finalizers.ts';

export function decideVolumeProtection(view: View, name: string): Decision {
  const volume = view.get(persistentVolumes, undefined, name);
  if (volume === undefined) return nothingToDo;
  const isUsed = volume.status?.phase === 'Bound';
  return { actions: protecting(persistentVolumes, volume, volumeProtection, isUsed) };
}
