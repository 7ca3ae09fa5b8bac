/** What may change of a claim. Source: pkg/apis/core/validation, ValidatePersistentVolumeClaimUpdate. */
import { type FieldError, forbidden, invalid, notSupported } from '../../field-error.ts';
import { compareQuantities } from '../../quantity.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, Quantity } from '../../types.ts';
import { checkImmutable, type Errors, sameValue } from '../common/checks.ts';
import { changedPaths } from '../common/differences.ts';

/** From before `storageClassName`; it still names the class where it stands. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
export const classAnnotationWarning = `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`;

export function validateClaimUpdate(
  next: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): FieldError[] {
  const errors: Errors = [];
  const before = previous.metadata.annotations?.[classAnnotation];
  const after = next.metadata.annotations?.[classAnnotation];
  if (!isClassGiven(next, previous) && before !== after) {
    const path = `metadata.annotations[${classAnnotation}]`;
    errors.push(invalid(path, after ?? '', 'field is immutable'));
  }
  checkSpec(errors, next, previous);
  checkShrinking(errors, next, previous);
  checkImmutable(errors, 'volumeMode', next.spec?.volumeMode, previous.spec?.volumeMode);
  if (previous.spec?.volumeAttributesClassName && !next.spec?.volumeAttributesClassName) {
    const path = 'spec.volumeAttributesClassName';
    errors.push(forbidden(path, 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** A claim that named no class may get one: the annotation's, or the default that came later. */
function isClassGiven(next: PersistentVolumeClaim, previous: PersistentVolumeClaim): boolean {
  const given = next.spec?.storageClassName;
  if (previous.spec?.storageClassName !== undefined || given === undefined) return false;
  const before = previous.metadata.annotations?.[classAnnotation];
  const after = next.metadata.annotations?.[classAnnotation];
  return (before ?? given) === given && (after ?? given) === given;
}

function checkSpec(
  errors: Errors,
  next: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): void {
  const old: PersistentVolumeClaimSpec = { ...previous.spec };
  const spec: PersistentVolumeClaimSpec = { ...next.spec };
  if (!old.volumeName) old.volumeName = spec.volumeName;
  if (isClassGiven(next, previous)) old.storageClassName = spec.storageClassName;
  if (next.status?.phase === 'Bound') {
    spec.volumeAttributesClassName = old.volumeAttributesClassName;
    if (spec.resources?.requests) {
      const storage = sizeOf(previous);
      const requests = { ...spec.resources.requests, ...(storage !== undefined && { storage }) };
      spec.resources = { ...spec.resources, requests };
    }
  }
  if (sameValue(spec, old)) return;
  const changes = changedPaths(old, spec, 'spec').join('\n');
  const rule =
    'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
  errors.push(forbidden('spec', `${rule}\n${changes}`));
}

/** A request that grew may be taken back as long as the volume has not grown to it. */
function checkShrinking(
  errors: Errors,
  next: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): void {
  const [size, old] = [sizeOf(next) ?? '0', sizeOf(previous) ?? '0'];
  if (compareQuantities(size, old) >= 0) return;
  const real = previous.status?.capacity?.['storage'] ?? '0';
  if (compareQuantities(size, real) > 0) return;
  const path = 'spec.resources.requests.storage';
  errors.push(forbidden(path, 'field can not be less than status.capacity'));
}

function sizeOf({ spec }: PersistentVolumeClaim): Quantity | undefined {
  return spec?.resources?.requests?.['storage'];
}

export function validateClaimStatus({ status = {} }: PersistentVolumeClaim): FieldError[] {
  const errors: Errors = [];
  for (const field of ['capacity', 'allocatedResources'] as const) {
    for (const [name, quantity] of Object.entries(status[field] ?? {})) {
      if (field === 'allocatedResources' && name !== 'storage' && !name.includes('/')) {
        errors.push(notSupported(`status.${field}`, name, ['storage']));
      } else if (compareQuantities(quantity, '0') < 0) {
        const detail = 'must be greater than or equal to 0';
        errors.push(invalid(`status.${field}[${name}]`, quantity, detail));
      }
    }
  }
  return errors;
}
