/** PersistentVolume: one source, a size, and where it can be reached. Source: ValidatePersistentVolumeSpec. */
import { type FieldError, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isDNS1123Subdomain } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import type {
  CSIPersistentVolumeSource,
  PersistentVolume,
  PersistentVolumeSpec,
  Volume,
  VolumeNodeAffinity,
} from '../../types.ts';
import {
  checkFormat,
  checkImmutable,
  checkOneOfIfSet,
  type Errors,
  sameValue,
} from '../common/checks.ts';
import { changedPaths } from '../common/differences.ts';
import { nodeSelectorTermWarnings } from '../common/renamed-labels.ts';
import { checkNodeSelector } from '../pod-spec/affinity.ts';
import { checkForeignSource } from '../pod-spec/foreign-volumes.ts';
import { checkNoBacksteps } from '../pod-spec/paths.ts';
import { checkHostPath } from '../pod-spec/volumes.ts';
import { checkAccessModes, volumeModes } from './access-modes.ts';
import { checkPositive } from './claim-spec.ts';
import { classAnnotation, classAnnotationWarning } from './claim-update.ts';

const ordinaryFields: ReadonlySet<string> = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
] satisfies (keyof PersistentVolumeSpec)[]);

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];

/** Names of the sources that the spec sets; a sound one sets one. */
export function sourcesOf(spec: PersistentVolumeSpec = {}): (keyof PersistentVolumeSpec)[] {
  return (Object.keys(spec) as (keyof PersistentVolumeSpec)[]).filter(
    (key) => !ordinaryFields.has(key) && spec[key] !== undefined,
  );
}

export function validateVolume({ spec = {} }: PersistentVolume): FieldError[] {
  const errors: Errors = [];
  checkAccessModes(errors, 'spec.accessModes', spec.accessModes);
  checkCapacity(errors, 'spec.capacity', spec.capacity ?? {});
  const policy = spec.persistentVolumeReclaimPolicy || undefined;
  checkOneOfIfSet(errors, 'spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies);
  if (spec.nodeAffinity) checkVolumeNodeAffinity(errors, 'spec.nodeAffinity', spec.nodeAffinity);
  checkSource(errors, 'spec', spec);
  if (isRoot(spec.hostPath?.path) && policy === 'Recycle') {
    const path = 'spec.persistentVolumeReclaimPolicy';
    errors.push(forbidden(path, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  for (const field of ['storageClassName', 'volumeAttributesClassName'] as const) {
    const name = spec[field];
    if (name) checkFormat(errors, `spec.${field}`, name, isDNS1123Subdomain(name));
  }
  checkOneOfIfSet(errors, 'spec.volumeMode', spec.volumeMode, volumeModes);
  if (spec.volumeAttributesClassName !== undefined && !spec.csi) {
    const detail = 'has to be specified when using volumeAttributesClassName';
    errors.push(required('spec.csi', detail));
  }
  return errors;
}

function isRoot(path: string | undefined): boolean {
  return path !== undefined && path.startsWith('/') && !/[^/.]/.test(path);
}

function checkCapacity(
  errors: Errors,
  path: string,
  capacity: Readonly<Record<string, string>>,
): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(path));
  if (names.length !== 1 || names[0] !== 'storage') {
    errors.push(notSupported(path, capacity, ['storage']));
  }
  for (const [name, quantity] of Object.entries(capacity)) {
    const at = `${path}[${name}]`;
    if (compareQuantities(quantity, '0') < 0) {
      errors.push(invalid(at, quantity, 'must be a valid resource quantity'));
    }
    checkPositive(errors, at, quantity);
  }
}

function checkVolumeNodeAffinity(errors: Errors, path: string, affinity: VolumeNodeAffinity): void {
  if (affinity.required) checkNodeSelector(errors, `${path}.required`, affinity.required);
  else errors.push(required(`${path}.required`, 'must specify required node constraints'));
}

function checkSource(errors: Errors, path: string, spec: PersistentVolumeSpec): void {
  const [first, ...others] = sourcesOf(spec);
  if (first === undefined) return void errors.push(required(path, 'must specify a volume type'));
  for (const other of others) {
    errors.push(forbidden(`${path}.${other}`, 'may not specify more than 1 volume type'));
  }
  const at = `${path}.${first}`;
  if (first === 'hostPath' && spec.hostPath) checkHostPath(errors, at, spec.hostPath);
  else if (first === 'csi' && spec.csi) checkCsi(errors, at, spec.csi);
  else if (first === 'local') {
    const place = spec.local?.path;
    if (!place) errors.push(required(`${at}.path`));
    else checkNoBacksteps(errors, `${at}.path`, place);
    if (!spec.nodeAffinity) {
      errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
    }
  } else {
    checkForeignSource(errors, at, { name: '', [first]: spec[first] } as unknown as Volume);
  }
}

const csiSecrets = [
  'controllerPublishSecretRef',
  'nodePublishSecretRef',
  'nodeStageSecretRef',
  'controllerExpandSecretRef',
  'nodeExpandSecretRef',
] as const;

function checkCsi(errors: Errors, path: string, csi: CSIPersistentVolumeSource): void {
  const { driver = '', volumeHandle } = csi;
  if (driver === '') errors.push(required(`${path}.driver`));
  checkFormat(errors, `${path}.driver`, driver, isDNS1123Subdomain(driver.toLowerCase()));
  if (!volumeHandle) errors.push(required(`${path}.volumeHandle`));
  for (const field of csiSecrets) {
    const secret = csi[field];
    if (!secret) continue;
    if (!secret.name) errors.push(required(`${path}.${field}.name`));
    if (!secret.namespace) errors.push(required(`${path}.${field}.namespace`));
  }
}

export function validateVolumeUpdate(
  next: PersistentVolume,
  previous: PersistentVolume,
): FieldError[] {
  const errors: Errors = [];
  const [spec, old] = [sourcePart(next.spec), sourcePart(previous.spec)];
  // The one part that may come later.
  if (spec.csi?.controllerExpandSecretRef && old.csi && !old.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...csi } = spec.csi;
    spec.csi = csi;
  }
  if (!sameValue(spec, old)) {
    const changes = changedPaths(old, spec, 'spec').join('\n');
    const rule = 'spec.persistentvolumesource is immutable after creation';
    errors.push(forbidden('spec.persistentvolumesource', `${rule}\n${changes}`));
  }
  checkImmutable(errors, 'volumeMode', next.spec?.volumeMode, previous.spec?.volumeMode);
  if (previous.spec?.nodeAffinity) {
    const before = previous.spec.nodeAffinity;
    checkImmutable(errors, 'nodeAffinity', next.spec?.nodeAffinity, before);
  }
  return errors;
}

function sourcePart(spec: PersistentVolumeSpec | undefined): PersistentVolumeSpec {
  return Object.fromEntries(sourcesOf(spec).map((key) => [key, spec?.[key]]));
}

/** What the node agent can mount; everything else is accepted and said. */
export const mountableSources: readonly string[] = ['hostPath', 'local'];

export function volumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  const found = sourcesOf(spec)
    .filter((source) => !mountableSources.includes(source))
    .map(
      (source) =>
        `spec.${source}: volumes of this type cannot be mounted yet; a pod that has one does not start`,
    );
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    found.push(
      'spec.persistentVolumeReclaimPolicy: the Recycle policy is deprecated, and the volume fails when it is released; use dynamic provisioning',
    );
  }
  for (const [index, term] of (spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    const path = `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`;
    found.push(...nodeSelectorTermWarnings(term, path));
  }
  if (metadata.annotations?.[classAnnotation] !== undefined) found.push(classAnnotationWarning);
  return found;
}
