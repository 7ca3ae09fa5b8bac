import { persistentVolumes } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideVolumeProtection } from './decide/volume-protection.ts';

/** Keeps volumes while claims have them. */
export const pvProtectionController: LoopDefinition = {
  name: 'pv-protection-controller',
  sources: [{ kind: persistentVolumes }],
  decide: (view, key) => decideVolumeProtection(view, key),
};
