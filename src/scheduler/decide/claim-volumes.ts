import type { Pod, Volume } from '#api/types.ts';

const none: readonly Volume[] = [];

/** Volumes of a pod that stand for claims. */
export function claimVolumesOf({ spec }: Pod): readonly Volume[] {
  const found = spec.volumes?.filter((each) => each.persistentVolumeClaim ?? each.ephemeral);
  return found?.length ? found : none;
}
