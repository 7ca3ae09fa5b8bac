/** Why a PersistentVolume takes no claim. */
import type { PersistentVolume } from '../types.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { bare } from './words.ts';

export function volumeFindings(volume: PersistentVolume): Finding[] {
  const { name = '' } = volume.metadata;
  const { claimRef, persistentVolumeReclaimPolicy: policy = 'Retain' } = volume.spec ?? {};
  const { phase, message } = volume.status ?? {};
  if (phase === 'Failed') {
    return [finding('volume-failed', nameOf(volume), { name, message: bare(message) })];
  }
  // One that is to be deleted is on its way.
  if (phase !== 'Released' || policy === 'Delete') return [];
  const claim = `${claimRef?.namespace}/${claimRef?.name}`;
  return [finding('volume-released', nameOf(volume), { name, claim, policy })];
}
