/**
 * Volumes that stand for claims: what the claim's volume is on this machine. The API is asked when
 * the pod comes; a claim that is not bound by then, since the pod named its node itself, is watched
 * until it is. What a pod has got stays until it is gone.
 */
import { persistentVolumeClaims, persistentVolumes } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import { sourcesOf } from '#api/kinds/storage/volume-spec.ts';
import { claimNameOf, isFullyBound, isHeldFor, isMadeFor } from '#api/storage/claims.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import type { Disks } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import { type Disk, diskOf } from '../decide/local-path.ts';
import type { PodReferences } from '../cluster/references.ts';
import { checkHostPath } from './host-path.ts';
import { VolumeError } from './volume-error.ts';

export interface Claimed {
  readonly path: string;
  readonly readonly: boolean;
  /** Handed to containers as a device, not mounted. */
  readonly isBlock: boolean;
  /** The pod's group may be given its files. */
  readonly takesGroup: boolean;
}

export interface ClaimSources {
  readonly verbs: Verbs;
  /** The claim as a watch shows it; its changes wake the pod from then on. */
  readonly watched: PodReferences['claim'];
  readonly files: Files;
  /** Absent in simulation. */
  readonly disks: Disks | undefined;
}

export async function claimedVolume(
  pod: Pod,
  volume: Volume,
  sources: ClaimSources,
): Promise<Claimed> {
  const { verbs } = sources;
  const claim = await boundClaim(pod, volume, sources);
  const found = await read<PersistentVolume>(verbs, {
    ...collectionOf(persistentVolumes),
    name: claim.spec.volumeName ?? '',
  });
  if (found === undefined || !isHeldFor(found, claim)) {
    throw new VolumeError(
      `volume "${claim.spec.volumeName}" is not bound to claim "${claim.metadata.name}"`,
    );
  }
  const isBlock = found.spec.volumeMode === 'Block';
  const path = await pathOf(found, isBlock, sources);
  const takesGroup = !isBlock && found.spec.local !== undefined;
  const readonly = volume.persistentVolumeClaim?.readOnly === true;
  return { path, readonly, isBlock, takesGroup };
}

async function boundClaim(
  pod: Pod,
  volume: Volume,
  { verbs, watched }: ClaimSources,
): Promise<PersistentVolumeClaim> {
  const { namespace = '', name: podName } = pod.metadata;
  const name = claimNameOf(pod, volume) ?? '';
  const ref = { ...collectionOf(persistentVolumeClaims, namespace), name };
  const first = await read<PersistentVolumeClaim>(verbs, ref);
  const claim = first && isFullyBound(first) ? first : await watched(namespace, name);
  if (claim === undefined) throw new VolumeError(`persistentvolumeclaim "${name}" not found`);
  if (volume.ephemeral && !isMadeFor(claim, pod)) {
    throw new VolumeError(
      `PVC "${namespace}/${name}" was not created for pod "${namespace}/${podName}" (pod is not owner)`,
    );
  }
  if (!isFullyBound(claim)) throw new VolumeError(`persistentvolumeclaim "${name}" is not bound`);
  return claim;
}

async function read<T>(verbs: Verbs, ref: Parameters<Verbs['get']>[0]): Promise<T | undefined> {
  try {
    return (await verbs.get(ref)) as T;
  } catch (error) {
    if (isStatusError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function pathOf(
  volume: PersistentVolume,
  isBlock: boolean,
  { files, disks }: ClaimSources,
): Promise<string> {
  const disk = diskOf(volume);
  if (disk && disks) return openDisk(disk, disks);
  const { spec } = volume;
  const path = spec.local?.path ?? spec.hostPath?.path;
  if (path === undefined) throw new VolumeError(unsupported(spec));
  if (spec.hostPath && !isBlock) await checkHostPath(spec.hostPath, files);
  const found = await files.info(path);
  if (found === undefined) throw new VolumeError(`path "${path}" does not exist`);
  const isDevice = found.type === 'blockDevice';
  if (isBlock && !isDevice) throw new VolumeError(`path "${path}" is not a block device`);
  if (!isBlock && isDevice) {
    throw new VolumeError(
      `path "${path}" is a block device, and this node makes no file systems: mount it and name the directory`,
    );
  }
  return path;
}

/** It stays open until the volume is removed or the node stopped: nobody else may open it meanwhile. */
async function openDisk({ image, mount }: Disk, disks: Disks): Promise<string> {
  if (mount === undefined) return disks.device(image);
  await disks.mount(image, mount);
  return mount;
}

function unsupported(spec: PersistentVolume['spec']): string {
  const [source] = sourcesOf(spec);
  return source === 'nfs'
    ? 'this node has no NFS client: volumes of type nfs cannot be mounted'
    : `volumes of type ${source} are not supported by this node`;
}
