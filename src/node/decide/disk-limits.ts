/**
 * What a pod may keep on the node's disk: sizeLimit of its emptyDir volumes, and the ephemeral-storage
 * limits of its containers. Source: the kubelet's eviction manager, localStorageEviction.
 */
import { addQuantities, unitsOf } from '#api/quantity.ts';
import type { Pod, Quantity, Volume } from '#api/types.ts';

/** Bytes on disk. */
export interface DiskUse {
  /** Of emptyDir volumes, by name. */
  readonly volumes: ReadonlyMap<string, number>;
  /** What containers wrote beside their volumes, and their logs, by name. */
  readonly containers: ReadonlyMap<string, number>;
}

export function volumesOnDisk({ spec }: Pod): readonly Volume[] {
  return spec?.volumes?.filter(({ emptyDir }) => emptyDir && emptyDir.medium !== 'Memory') ?? [];
}

export function hasDiskLimits(pod: Pod): boolean {
  return hasVolumeLimits(pod) || hasContainerLimits(pod);
}

function hasVolumeLimits(pod: Pod): boolean {
  return volumesOnDisk(pod).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined);
}

/** All of the pod's use has to be known. */
export function hasContainerLimits(pod: Pod): boolean {
  return limitsOf(pod).length > 0;
}

function limitsOf({ spec }: Pod): readonly (readonly [container: string, limit: Quantity])[] {
  return (spec?.containers ?? []).flatMap(({ name, resources }) => {
    const limit = resources?.limits?.['ephemeral-storage'];
    return limit === undefined ? [] : [[name, limit] as const];
  });
}

/** Why the pod must go, in the kubelet's words; absent: it keeps to its limits. */
export function overDiskLimit(pod: Pod, use: DiskUse): string | undefined {
  for (const { name, emptyDir } of volumesOnDisk(pod)) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && (use.volumes.get(name) ?? 0) > unitsOf(limit)) {
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
    }
  }
  const limits = limitsOf(pod);
  if (limits.length === 0) return undefined;
  const total = limits.map(([, limit]) => limit).reduce(addQuantities);
  const used = [...use.volumes.values(), ...use.containers.values()];
  if (used.reduce((sum, bytes) => sum + bytes, 0) > unitsOf(total)) {
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${total}. `;
  }
  for (const [name, limit] of limits) {
    if ((use.containers.get(name) ?? 0) > unitsOf(limit)) {
      return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
    }
  }
  return undefined;
}
