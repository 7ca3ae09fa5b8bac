/**
 * The node's own storage: which claims get a directory of this node, and what becomes of it when the
 * volume is given back. Nothing is remembered; a claim's directory is named after its uid.
 */
import { storageAnnotations } from '#api/storage/annotations.ts';
import { referenceTo } from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api/types.ts';

export const localPathProvisioner = 'gantry.io/local-path';
/** On a volume while it has a directory (external-provisioner: HonorPVReclaimPolicy). */
export const directoryFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer';

const hostnameLabel = 'kubernetes.io/hostname';
/** A directory of one node is reached from there only. */
const accessModes = ['ReadWriteOnce', 'ReadWriteOncePod'];

export interface LocalStorage {
  readonly nodeName: string;
  /** Each volume has a directory of its own name in it. */
  readonly directory: string;
}

export type ClaimStep =
  | { readonly type: 'make'; readonly path: string; readonly volume: PersistentVolume }
  | { readonly type: 'refuse'; readonly message: string };

/** Absent: it is not this node's business. */
export function claimStep(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  storage: LocalStorage,
): ClaimStep | undefined {
  if (!isOurs(claim, storageClass, storage) || storageClass === undefined) return undefined;
  const problem = problemWith(claim, storageClass);
  if (problem !== undefined) return { type: 'refuse', message: problem };
  const volume = volumeFor(claim, storageClass, storage);
  return { type: 'make', path: pathOf(volume, storage), volume };
}

function isOurs(
  { metadata, spec }: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  { nodeName }: LocalStorage,
): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.volumeName) return false;
  const asked = metadata.annotations?.[storageAnnotations.provisioner];
  if (asked !== localPathProvisioner || storageClass?.provisioner !== asked) return false;
  // Without a choice of the scheduler any node will do: who writes the volume first has it.
  const selected = metadata.annotations?.[storageAnnotations.selectedNode];
  return selected === undefined || selected === nodeName;
}

function problemWith(
  { spec }: PersistentVolumeClaim,
  { parameters = {}, mountOptions = [] }: StorageClass,
): string | undefined {
  const [parameter] = Object.keys(parameters);
  if (parameter !== undefined) return `unknown parameter "${parameter}"`;
  if (mountOptions.length > 0) return 'a directory is not mounted, so mountOptions do not apply';
  if (spec.dataSource ?? spec.dataSourceRef) return 'volumes begin empty: leave dataSource out';
  if (spec.selector) return 'claim.spec.selector is for volumes that are made by hand';
  if (spec.volumeMode === 'Block')
    return 'a directory is no block device: use volumeMode Filesystem';
  const other = spec.accessModes?.find((mode) => !accessModes.includes(mode));
  if (other === undefined) return undefined;
  return `a directory of one node can be ${accessModes.join(' or ')}, not ${other}`;
}

function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  { nodeName, directory }: LocalStorage,
): PersistentVolume {
  const name = `pvc-${claim.metadata.uid}`;
  const here = { key: hostnameLabel, operator: 'In', values: [nodeName] };
  const { resourceVersion: _, ...claimRef } = referenceTo(claim);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { [storageAnnotations.provisionedBy]: localPathProvisioner },
      finalizers: [directoryFinalizer],
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.['storage'] ?? '0' },
      accessModes: claim.spec.accessModes,
      claimRef,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
      local: { path: `${directory}/${name}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
    },
  };
}

function pathOf({ metadata }: PersistentVolume, { directory }: LocalStorage): string {
  return `${directory}/${metadata.name}`;
}

export type VolumeStep =
  /** Directory, then object. */
  | { readonly type: 'remove'; readonly path: string }
  /** The object may go; the files stay. */
  | { readonly type: 'leave' }
  | { readonly type: 'refuse'; readonly message: string };

/** What is left to do for a volume of this node that is given back or deleted. */
export function volumeStep(
  volume: PersistentVolume,
  storage: LocalStorage,
): VolumeStep | undefined {
  const { metadata, spec, status } = volume;
  if (metadata.annotations?.[storageAnnotations.provisionedBy] !== localPathProvisioner) return;
  if (!isHere(volume, storage) || status?.phase === 'Bound') return undefined;
  const isLeaving = metadata.deletionTimestamp !== undefined;
  if (isLeaving && metadata.finalizers?.includes(directoryFinalizer) !== true) return undefined;
  if (spec.persistentVolumeReclaimPolicy !== 'Delete') {
    return isLeaving ? { type: 'leave' } : undefined;
  }
  if (!isLeaving && status?.phase !== 'Released') return undefined;
  const path = pathOf(volume, storage);
  // Nothing but what was made here is ever removed, whatever an object says.
  if (spec.local?.path === path) return { type: 'remove', path };
  return { type: 'refuse', message: `${spec.local?.path} is not a directory of this provisioner` };
}

function isHere({ spec }: PersistentVolume, { nodeName }: LocalStorage): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, values }) => key === hostnameLabel && values?.includes(nodeName) === true,
    ),
  );
}
