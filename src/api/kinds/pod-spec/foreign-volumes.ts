/**
 * Volume sources that live outside the node: what each must name. Most are kept by Kubernetes for
 * old objects only; they are checked alike so that a manifest is refused here where it is refused
 * there, and `not-honoured.ts` says that nothing mounts them.
 */
import { invalid, required } from '../../field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../../names.ts';
import type { Volume } from '../../types.ts';
import { checkFormat, checkRequired, type Errors } from '../common/checks.ts';
import { checkDescendingPath } from './paths.ts';

/** Fields of a source that must not be empty, as text or as list. */
const requiredFields: Partial<Record<keyof Volume, readonly string[]>> = {
  persistentVolumeClaim: ['claimName'],
  nfs: ['server', 'path'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  iscsi: ['targetPortal', 'iqn'],
  glusterfs: ['endpoints', 'path'],
  rbd: ['monitors', 'image'],
  cinder: ['volumeID'],
  cephfs: ['monitors'],
  quobyte: ['registry', 'volume'],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  azureDisk: ['diskName', 'diskURI'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  storageos: ['volumeName'],
};

export function checkForeignSource(errors: Errors, path: string, volume: Volume): void {
  for (const [kind, fields] of Object.entries(requiredFields)) {
    const source = volume[kind as keyof Volume] as Record<string, unknown> | undefined;
    if (source === undefined) continue;
    for (const field of fields) {
      const value = source[field];
      if (!value || (Array.isArray(value) && value.length === 0)) {
        errors.push(required(`${path}.${field}`));
      }
    }
    return checkMore(errors, path, volume);
  }
  if (volume.gitRepo) checkGitRepo(errors, path, volume.gitRepo);
  if (volume.csi) checkCsi(errors, path, volume.csi);
  if (volume.image) checkImage(errors, path, volume.image);
  if (volume.flocker) checkFlocker(errors, path, volume.flocker);
  if (volume.fc) checkFibreChannel(errors, path, volume.fc);
}

function checkMore(errors: Errors, path: string, volume: Volume): void {
  const { nfs, storageos, gcePersistentDisk, awsElasticBlockStore, flexVolume } = volume;
  if (nfs && !nfs.path?.startsWith('/')) {
    errors.push(invalid(`${path}.path`, nfs.path ?? '', 'must be an absolute path'));
  }
  if (storageos?.volumeName) {
    const name = storageos.volumeName;
    checkFormat(errors, `${path}.volumeName`, name, isDNS1123Label(name));
  }
  const partition = gcePersistentDisk?.partition ?? awsElasticBlockStore?.partition ?? 0;
  if (partition < 0 || partition > 255) {
    errors.push(invalid(`${path}.partition`, partition, 'must be between 1 and 255, inclusive'));
  }
  for (const key of Object.keys(flexVolume?.options ?? {})) {
    const group = `.${key.split('/', 2)[0]?.toLowerCase()}`;
    if (group.endsWith('.kubernetes.io') || group.endsWith('.k8s.io')) {
      const detail = 'kubernetes.io and k8s.io namespaces are reserved';
      errors.push(invalid(`${path}.options[${key}]`, key, detail));
    }
  }
}

/** A repository cloned into a directory below the mount point, or the mount point itself. */
function checkGitRepo(errors: Errors, path: string, source: NonNullable<Volume['gitRepo']>): void {
  checkRequired(errors, `${path}.repository`, source.repository);
  checkDescendingPath(errors, `${path}.directory`, source.directory ?? '');
}

function checkCsi(errors: Errors, path: string, csi: NonNullable<Volume['csi']>): void {
  const driver = csi.driver ?? '';
  if (driver === '') errors.push(required(`${path}.driver`));
  checkFormat(errors, `${path}.driver`, driver, isDNS1123Subdomain(driver.toLowerCase()));
  const secret = csi.nodePublishSecretRef;
  if (!secret) return;
  if (!secret.name) errors.push(required(`${path}.nodePublishSecretRef.name`));
  else {
    const messages = isDNS1123Subdomain(secret.name);
    checkFormat(errors, `${path}.nodePublishSecretRef.name`, secret.name, messages);
  }
}

function checkImage(errors: Errors, path: string, image: NonNullable<Volume['image']>): void {
  checkRequired(errors, `${path}.reference`, image.reference);
}

function checkFlocker(errors: Errors, path: string, flocker: NonNullable<Volume['flocker']>): void {
  const { datasetName, datasetUUID } = flocker;
  if (!datasetName && !datasetUUID) {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  }
  if (datasetName && datasetUUID) {
    const detail = 'datasetName and datasetUUID can not be specified simultaneously';
    errors.push(invalid(path, 'resource', detail));
  }
  if (datasetName?.includes('/')) {
    errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"));
  }
}

function checkFibreChannel(errors: Errors, path: string, fc: NonNullable<Volume['fc']>): void {
  const [names, wwids] = [fc.targetWWNs ?? [], fc.wwids ?? []];
  if (names.length === 0 && wwids.length === 0) {
    const detail = 'must specify either targetWWNs or wwids, but not both';
    errors.push(required(`${path}.targetWWNs`, detail));
  }
  if (names.length > 0 && wwids.length > 0) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously';
    errors.push(invalid(`${path}.targetWWNs`, names, detail));
  }
  if (names.length > 0 && fc.lun === undefined) {
    errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  }
}

/** Dynamic resources are named per pod; a mount of a block device needs one of these sources. */
export function isClaimVolume(volume: Volume): boolean {
  return volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined;
}

/** An image is mounted whole: Kubernetes forbids picking a part of it by the mount. */
export function checkImageMount(
  errors: Errors,
  path: string,
  mount: { subPath?: string | undefined; subPathExpr?: string | undefined },
): void {
  for (const field of ['subPath', 'subPathExpr'] as const) {
    const value = mount[field];
    if (value)
      errors.push(invalid(`${path}.${field}`, value, 'not allowed in image volume sources'));
  }
}
