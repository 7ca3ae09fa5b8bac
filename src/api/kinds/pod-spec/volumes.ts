/** Volumes of a pod spec: one source each, names unique, every source well formed. */
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import { annotationErrors, labelErrors } from '../../metadata.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import type { HostPathVolumeSource, KeyToPath, Volume } from '../../types.ts';
import { checkFormat, checkRequired, type Errors } from '../common/checks.ts';
import { checkClaimSpec } from '../storage/claim-spec.ts';
import { checkDownwardFile, checkKeyToPath } from './files.ts';
import { checkForeignSource } from './foreign-volumes.ts';
import { checkFileMode, checkNoBacksteps } from './paths.ts';
import { checkProjected } from './projected-volumes.ts';

/** The volumes that containers may mount, by name. Malformed ones are reported here and not in it. */
export type KnownVolumes = ReadonlyMap<string, Volume>;

/** `podName`: absent in a template, where the claims of ephemeral volumes have no names yet. */
export function checkVolumes(
  errors: Errors,
  path: string,
  volumes: readonly Volume[],
  podName: string | undefined,
): KnownVolumes {
  const known = new Map<string, Volume>();
  const claims = new Set(
    volumes.filter((each) => podName && each.ephemeral).map((each) => `${podName}-${each.name}`),
  );
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const found = errorsOfVolume(volume, at, podName);
    if (known.has(volume.name)) found.push(duplicate(`${at}.name`, volume.name));
    if (found.length === 0) known.set(volume.name, volume);
    errors.push(...found);
    const claimName = volume.persistentVolumeClaim?.claimName;
    if (claimName && claims.has(claimName)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(`${at}.persistentVolumeClaim.claimName`, claimName, detail));
    }
  }
  return known;
}

function errorsOfVolume(volume: Volume, path: string, podName: string | undefined): FieldError[] {
  const errors: Errors = [];
  checkSource(errors, path, volume, podName);
  if (checkRequired(errors, `${path}.name`, volume.name)) {
    checkFormat(errors, `${path}.name`, volume.name, isDNS1123Label(volume.name));
  }
  return errors;
}

function checkSource(
  errors: Errors,
  path: string,
  volume: Volume,
  podName: string | undefined,
): void {
  const sources = Object.keys(volume).filter(
    (key) => key !== 'name' && volume[key as keyof Volume] !== undefined,
  );
  const [first, ...others] = sources;
  if (first === undefined) return void errors.push(required(path, 'must specify a volume type'));
  for (const other of others) {
    errors.push(forbidden(`${path}.${other}`, 'may not specify more than 1 volume type'));
  }
  const at = `${path}.${first}`;
  if (volume.emptyDir) checkEmptyDir(errors, at, volume.emptyDir.sizeLimit);
  else if (volume.hostPath) checkHostPath(errors, at, volume.hostPath);
  else if (volume.secret) checkSecretFiles(errors, at, volume.secret, 'secretName');
  else if (volume.configMap) checkSecretFiles(errors, at, volume.configMap, 'name');
  else if (volume.projected) checkProjected(errors, at, volume.projected);
  else if (volume.downwardAPI) {
    checkFileMode(errors, `${at}.defaultMode`, volume.downwardAPI.defaultMode);
    for (const file of volume.downwardAPI.items ?? []) checkDownwardFile(errors, at, file);
  } else if (volume.ephemeral) checkEphemeral(errors, path, volume, podName);
  else checkForeignSource(errors, at, volume);
}

function checkEmptyDir(errors: Errors, path: string, sizeLimit: string | undefined): void {
  if (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0) {
    const detail = 'SizeLimit field must be a valid resource quantity';
    errors.push(forbidden(`${path}.sizeLimit`, detail));
  }
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

export function checkHostPath(errors: Errors, path: string, source: HostPathVolumeSource): void {
  if (!checkRequired(errors, `${path}.path`, source.path)) return;
  checkNoBacksteps(errors, `${path}.path`, source.path);
  if (source.type !== undefined && !hostPathTypes.includes(source.type)) {
    errors.push(notSupported(`${path}.type`, source.type, hostPathTypes));
  }
}

function checkSecretFiles(
  errors: Errors,
  path: string,
  source: {
    name?: string | undefined;
    secretName?: string | undefined;
    defaultMode?: number | undefined;
    items?: KeyToPath[] | undefined;
  },
  nameField: 'name' | 'secretName',
): void {
  checkRequired(errors, `${path}.${nameField}`, source[nameField]);
  checkFileMode(errors, `${path}.defaultMode`, source.defaultMode);
  for (const [index, item] of (source.items ?? []).entries()) {
    checkKeyToPath(errors, `${path}.items[${index}]`, item);
  }
}

function checkEphemeral(
  errors: Errors,
  path: string,
  volume: Volume,
  podName: string | undefined,
): void {
  const at = `${path}.ephemeral.volumeClaimTemplate`;
  const template = volume.ephemeral?.volumeClaimTemplate;
  if (template) {
    const { labels, annotations } = template.metadata ?? {};
    errors.push(...labelErrors(`${at}.metadata.labels`, labels));
    errors.push(...annotationErrors(`${at}.metadata.annotations`, annotations));
    checkClaimSpec(errors, `${at}.spec`, template.spec);
  } else errors.push(required(at));
  if (!podName || !volume.name) return;
  const claimName = `${podName}-${volume.name}`;
  for (const message of isDNS1123Subdomain(claimName)) {
    errors.push(invalid(`${path}.name`, volume.name, `PVC name "${claimName}": ${message}`));
  }
}
