import { claimConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { PersistentVolumeClaim } from '../types.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { formatAccessModes } from './storage/access-modes.ts';
import {
  alignDataSources,
  checkClaimSpec,
  claimSpecWarnings,
  defaultClaimSpec,
} from './storage/claim-spec.ts';
import {
  classAnnotation,
  classAnnotationWarning,
  validateClaimStatus,
  validateClaimUpdate,
} from './storage/claim-update.ts';
import { addFinalizer, claimProtection, phaseOf } from './storage/protection.ts';

export const persistentVolumeClaims: Kind<PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  resource: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'PersistentVolumeClaim',
  subresources: [statusSubresource],
  hasStatus: true,
  returnsDeleted: true,
  defaultsStatus: true,
  defaults(claim) {
    claim.status ??= {};
    claim.status.phase ||= 'Pending';
    if (!claim.spec) return;
    defaultClaimSpec(claim.spec);
    alignDataSources(claim.spec);
  },
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' };
    addFinalizer(claim, claimProtection);
  },
  validate(claim) {
    const errors: Parameters<typeof checkClaimSpec>[0] = [];
    checkClaimSpec(errors, 'spec', claim.spec);
    return errors;
  },
  validateUpdate: validateClaimUpdate,
  validateSubresource: { status: validateClaimStatus },
  warnings: ({ metadata, spec }) => [
    ...(metadata.annotations?.[classAnnotation] === undefined ? [] : [classAnnotationWarning]),
    ...claimSpecWarnings('spec', spec),
  ],
  conditionCodes: claimConditionCodes,
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Pending, Bound, or Lost when its volume is gone.',
      cell: phaseOf,
    },
    {
      name: 'Volume',
      type: 'string',
      description: 'PersistentVolume that the claim has.',
      cell: ({ spec }) => spec?.volumeName ?? '',
    },
    {
      name: 'Capacity',
      type: 'string',
      description: 'Size of that volume.',
      cell: ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : ''),
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: 'How the volume may be mounted.',
      cell: ({ spec, status }) => (spec?.volumeName ? formatAccessModes(status?.accessModes) : ''),
    },
    {
      name: 'StorageClass',
      type: 'string',
      description: 'StorageClass that the claim asks for.',
      cell: ({ metadata, spec }) =>
        metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '',
    },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass that the claim asks for.',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    },
    ageColumn,
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description: 'A file system or a raw block device.',
      cell: ({ spec }) => spec?.volumeMode ?? '<unset>',
    },
  ],
};
