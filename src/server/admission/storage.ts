/**
 * DefaultStorageClass: a claim that names no class gets the cluster's default. PersistentVolumeClaimResize:
 * a claim grows only where its class says that it may.
 */
import { persistentVolumeClaims, storageClasses } from '#api/kinds/index.ts';
import { classAnnotation } from '#api/kinds/storage/claim-update.ts';
import { defaultClassOf } from '#api/kinds/storage-classes.ts';
import { compareQuantities } from '#api/quantity.ts';
import { classNameOf } from '#api/storage/claims.ts';
import type { PersistentVolumeClaim } from '#api/types.ts';
import { forbidden } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';

export const defaultStorageClass: AdmissionStep = {
  name: 'DefaultStorageClass',
  mutate({ kind, operation, object, reader }) {
    if (kind !== persistentVolumeClaims || operation !== 'CREATE') return;
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined) return;
    if (claim.metadata.annotations?.[classAnnotation] !== undefined) return;
    const chosen = defaultClassOf(reader.list(storageClasses));
    if (chosen && claim.spec) claim.spec.storageClassName = chosen.metadata.name;
  },
};

export const claimResize: AdmissionStep = {
  name: 'PersistentVolumeClaimResize',
  validate(request) {
    const { kind, operation, subresource, object, previous } = request;
    if (kind !== persistentVolumeClaims || operation !== 'UPDATE' || subresource) return;
    checkGrowth(request, object as PersistentVolumeClaim, previous as PersistentVolumeClaim);
  },
};

function checkGrowth(
  { kind, name, reader }: AdmissionRequest,
  claim: PersistentVolumeClaim,
  previous: PersistentVolumeClaim,
): void {
  if (compareQuantities(sizeOf(claim), sizeOf(previous)) <= 0) return;
  if (previous.status?.phase !== 'Bound') {
    throw forbidden(kind, name, 'Only bound persistent volume claims can be expanded');
  }
  const className = classNameOf(claim);
  const found = className === '' ? undefined : reader.get(storageClasses, undefined, className);
  if (found?.allowVolumeExpansion === true) return;
  const why =
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
  throw forbidden(kind, name, why);
}

function sizeOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}
