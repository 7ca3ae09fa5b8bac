/**
 * The node's own storage: which claims get a directory of this node, and what becomes of it when the
 * volume is given back. Nothing is remembered; a claim's directory is named after its uid.
 */
import { hostnameLabel } from '#api/node-labels.ts';
import { compareQuantities, unitsOf } from '#api/quantity.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import { isFullyBound, isHeldFor, referenceTo } from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '#api/types.ts';

export const localPathProvisioner = 'gantry.io/local-path';
/** On a volume while it has a directory (external-provisioner: HonorPVReclaimPolicy). */
export const directoryFinalizer = 'external-provisioner.volume.kubernetes.io/finalizer';

/** Parameter of a class, and annotation of its volumes. */
const typeParameter = 'type';
const typeAnnotation = 'gantry.io/volume-type';
const types = ['directory', 'disk'];

/** A directory of one node is reached from there only. */
const accessModes = ['ReadWriteOnce', 'ReadWriteOncePod'];

export interface LocalStorage {
  readonly nodeName: string;
  /** Each volume has a directory of its own name in it. */
  readonly directory: string;
}

export interface Disk {
  readonly image: string;
  readonly bytes: number;
  /** Where its file system is seen; absent: it is a block device. */
  readonly mount?: string | undefined;
}

export type ClaimStep =
  | {
      readonly type: 'make';
      readonly path: string;
      readonly volume: PersistentVolume;
      /** The volume is a file of this size. */
      readonly disk?: Disk | undefined;
    }
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
  return { type: 'make', path: pathOf(volume, storage), volume, disk: diskOf(volume) };
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
  const unknown = Object.keys(parameters).find((name) => name !== typeParameter);
  if (unknown !== undefined) return `unknown parameter "${unknown}"`;
  const type = parameters[typeParameter] ?? 'directory';
  if (!types.includes(type)) return `parameter type is ${types.join(' or ')}, not "${type}"`;
  if (mountOptions.length > 0) return 'mountOptions are not for volumes of this provisioner';
  if (spec.dataSource ?? spec.dataSourceRef) return 'volumes begin empty: leave dataSource out';
  if (spec.selector) return 'claim.spec.selector is for volumes that are made by hand';
  if (spec.volumeMode === 'Block' && type !== 'disk') {
    return 'a directory is no block device: use a class with the parameter type: disk';
  }
  const other = spec.accessModes?.find((mode) => !accessModes.includes(mode));
  if (other === undefined) return undefined;
  return `storage of one node can be ${accessModes.join(' or ')}, not ${other}`;
}

function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  { nodeName, directory }: LocalStorage,
): PersistentVolume {
  const name = `pvc-${claim.metadata.uid}`;
  const here = { key: hostnameLabel, operator: 'In', values: [nodeName] };
  const { resourceVersion: _, ...claimRef } = referenceTo(claim);
  const isDisk = storageClass.parameters?.[typeParameter] === 'disk';
  const isBlock = claim.spec.volumeMode === 'Block';
  const inner = isDisk ? (isBlock ? imageName : mountName) : '';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: {
        [storageAnnotations.provisionedBy]: localPathProvisioner,
        ...(isDisk && { [typeAnnotation]: 'disk' }),
      },
      finalizers: [directoryFinalizer],
    },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.['storage'] ?? '0' },
      accessModes: claim.spec.accessModes,
      claimRef,
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      local: { path: `${directory}/${name}${inner}` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
    },
  };
}

const imageName = '/disk.img';
const mountName = '/data';

/** The file behind a volume, when it is one; absent for directories. */
export function diskOf({ metadata, spec }: PersistentVolume): Disk | undefined {
  if (metadata.annotations?.[typeAnnotation] !== 'disk' || !spec.local) return undefined;
  const bytes = unitsOf(spec.capacity?.['storage'] ?? '0');
  const { path } = spec.local;
  if (spec.volumeMode === 'Block') return { image: path, bytes };
  const folder = path.slice(0, path.lastIndexOf('/'));
  return { image: `${folder}${imageName}`, bytes, mount: path };
}

/** A claim of this node that wants more than its volume has, and may. */
export function growthOf(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
  storageClass: StorageClass | undefined,
  storage: LocalStorage,
): string | undefined {
  const wanted = claim.spec.resources?.requests?.['storage'];
  // Until its status says so, whoever binds it has not told its size.
  if (claim.status?.phase !== 'Bound' || !isFullyBound(claim) || wanted === undefined) return;
  if (!isMadeHere(volume, storage)) return undefined;
  if (storageClass?.allowVolumeExpansion !== true || !isHeldFor(volume, claim)) return undefined;
  const has = [volume.spec.capacity?.['storage'], claim.status?.capacity?.['storage']];
  return has.some((each) => compareQuantities(wanted, each ?? '0') > 0) ? wanted : undefined;
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
  if (!isMadeHere(volume, storage) || status?.phase === 'Bound') return undefined;
  const isLeaving = metadata.deletionTimestamp !== undefined;
  if (isLeaving && metadata.finalizers?.includes(directoryFinalizer) !== true) return undefined;
  if (spec.persistentVolumeReclaimPolicy !== 'Delete') {
    return isLeaving ? { type: 'leave' } : undefined;
  }
  if (!isLeaving && status?.phase !== 'Released') return undefined;
  const path = pathOf(volume, storage);
  // Nothing but what was made here is ever removed, whatever an object says.
  const place = spec.local?.path ?? '';
  const isOwn = [path, `${path}${imageName}`, `${path}${mountName}`].includes(place);
  if (isOwn) return { type: 'remove', path };
  return { type: 'refuse', message: `${place} is not a directory of this provisioner` };
}

function isMadeHere({ metadata, spec }: PersistentVolume, { nodeName }: LocalStorage): boolean {
  if (metadata.annotations?.[storageAnnotations.provisionedBy] !== localPathProvisioner) {
    return false;
  }
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, values }) => key === hostnameLabel && values?.includes(nodeName) === true,
    ),
  );
}
