/**
 * Storage in use is not taken away: claims and volumes carry a finalizer from the start
 * (StorageObjectInUseProtection), which their controllers take off when nobody uses them.
 */
import type { KubeObject } from '../../object.ts';

export const claimProtection = 'kubernetes.io/pvc-protection';
export const volumeProtection = 'kubernetes.io/pv-protection';

/** On a private copy. */
export function addFinalizer({ metadata }: KubeObject, finalizer: string): void {
  const finalizers = metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
}

/** As tables show it. */
export function phaseOf({
  metadata,
  status,
}: KubeObject & { status?: { phase?: string | undefined } | undefined }): string {
  return metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '');
}
