/** Mounts and block devices of a container: each of a volume that the pod has, no path twice. */
import { forbidden, invalid, notFound, notSupported, required } from '../../field-error.ts';
import type { Container, VolumeMount } from '../../types.ts';
import { checkRequired, type Errors } from '../common/checks.ts';
import { checkImageMount, isClaimVolume } from './foreign-volumes.ts';
import { checkDescendingPath } from './paths.ts';
import type { KnownVolumes } from './volumes.ts';

const propagations = ['Bidirectional', 'HostToContainer', 'None'];
const recursions = ['Disabled', 'Enabled', 'IfPossible'];

export function checkMounts(
  errors: Errors,
  path: string,
  container: Container,
  volumes: KnownVolumes,
): void {
  const devices = container.volumeDevices ?? [];
  const taken = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkRequired(errors, `${at}.name`, mount.name);
    const volume = volumes.get(mount.name);
    if (!volume) errors.push(notFound(`${at}.name`, mount.name ?? ''));
    checkRequired(errors, `${at}.mountPath`, mount.mountPath);
    if (taken.has(mount.mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mount.mountPath ?? '', 'must be unique'));
    }
    taken.add(mount.mountPath);
    if (devices.some((device) => device.name === mount.name)) {
      errors.push(invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device.devicePath === mount.mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices';
      errors.push(invalid(`${at}.mountPath`, mount.mountPath, detail));
    }
    if (volume?.image) checkImageMount(errors, at, mount);
    checkSubPaths(errors, path, at, mount);
    checkPropagation(errors, path, mount, container);
    checkRecursion(errors, path, mount);
  }
}

/** Kubernetes reports these without the index of the mount: `listPath`. */
function checkSubPaths(errors: Errors, listPath: string, path: string, mount: VolumeMount): void {
  const { subPath, subPathExpr } = mount;
  if (subPath) checkDescendingPath(errors, `${listPath}.subPath`, subPath);
  if (!subPathExpr) return;
  if (subPath) {
    const detail = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalid(`${path}.subPathExpr`, subPathExpr, detail));
  }
  checkDescendingPath(errors, `${listPath}.subPathExpr`, subPathExpr);
}

function checkPropagation(
  errors: Errors,
  listPath: string,
  { mountPropagation }: VolumeMount,
  container: Container,
): void {
  if (mountPropagation === undefined) return;
  const path = `${listPath}.mountPropagation`;
  if (!propagations.includes(mountPropagation)) {
    errors.push(notSupported(path, mountPropagation, propagations));
  }
  if (mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
    const detail = 'Bidirectional mount propagation is available only to privileged containers';
    errors.push(forbidden(path, detail));
  }
}

function checkRecursion(errors: Errors, listPath: string, mount: VolumeMount): void {
  const { recursiveReadOnly, readOnly, mountPropagation = 'None' } = mount;
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const path = `${listPath}.recursiveReadOnly`;
  if (!recursions.includes(recursiveReadOnly)) {
    return void errors.push(notSupported(path, recursiveReadOnly, recursions));
  }
  if (!readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mountPropagation !== 'None') {
    const detail = 'may only be specified when mountPropagation is None or not specified';
    errors.push(forbidden(path, detail));
  }
}

export function checkDevices(
  errors: Errors,
  path: string,
  container: Container,
  volumes: KnownVolumes,
): void {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name = '', devicePath = '' }] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${index}]`;
    if (name === '') errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'));
    checkDeviceVolume(errors, `${at}.name`, name, volumes);
    if (devicePath === '') errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'));
    if (devicePath.split('/').includes('..')) {
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    } else paths.add(devicePath);
    for (const mount of container.volumeMounts ?? []) {
      if (mount.name === name) {
        errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'));
      }
      if (mount.mountPath === devicePath) {
        const detail = 'must not already exist as a path in volumeMounts';
        errors.push(invalid(`${at}.devicePath`, devicePath, detail));
      }
    }
    if (name !== '') names.add(name);
  }
}

function checkDeviceVolume(
  errors: Errors,
  path: string,
  name: string,
  volumes: KnownVolumes,
): void {
  const volume = volumes.get(name);
  if (!volume) errors.push(notFound(path, name));
  else if (!isClaimVolume(volume)) {
    const detail =
      'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
    errors.push(invalid(path, name, detail));
  }
}
