/**
 * What volume and claim say of a growth. The disk grows at once; a file system that cannot grow in use
 * follows when its pod has gone, and until then the claim has the condition that Kubernetes has for it.
 */
import type { Action } from '#api/decision.ts';
import { persistentVolumeClaims, persistentVolumes } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#api/types.ts';

const pendingType = 'FileSystemResizePending';
const pendingMessage =
  'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

/** Both have the new size. */
export function grown(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  storage: string,
): readonly Action[] {
  const conditions = claim.status?.conditions;
  return [
    ofVolume(volume, storage),
    ofClaim(claim, {
      capacity: { storage },
      ...(conditions && { conditions: conditions.filter(({ type }) => type !== pendingType) }),
      ...(claim.status?.allocatedResourceStatuses && { allocatedResourceStatuses: null }),
    }),
  ];
}

export function saysResizePending(claim: PersistentVolumeClaim, storage: string): boolean {
  const { conditions = [], allocatedResources } = claim.status ?? {};
  return (
    allocatedResources?.['storage'] === storage &&
    conditions.some(({ type, status }) => type === pendingType && status === 'True')
  );
}

/** The volume has the new size, the claim not yet. */
export function resizePending(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  storage: string,
  now: number,
): readonly Action[] {
  const others = (claim.status?.conditions ?? []).filter(({ type }) => type !== pendingType);
  const pending = {
    type: pendingType,
    status: 'True',
    lastTransitionTime: formatTime(now),
    message: pendingMessage,
  };
  return [
    ofVolume(volume, storage),
    ofClaim(claim, {
      conditions: [...others, pending],
      allocatedResources: { storage },
      allocatedResourceStatuses: { storage: 'NodeResizePending' },
    }),
  ];
}

function ofVolume({ metadata }: PersistentVolume, storage: string): Action {
  const { name, uid } = metadata;
  const patch = { metadata: { uid }, spec: { capacity: { storage } } };
  return { type: 'patch', kind: persistentVolumes, name, patch };
}

function ofClaim({ metadata }: PersistentVolumeClaim, status: object): Action {
  const { namespace, name, uid } = metadata;
  const kind = persistentVolumeClaims;
  const patch = { metadata: { uid }, status };
  return { type: 'patch', kind, namespace, name, subresource: 'status', patch };
}
