import type { Kind } from '../kind.ts';
import type { PersistentVolume } from '../types.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultNetworkVolume } from './pod-spec/volume-defaults.ts';
import { formatAccessModes } from './storage/access-modes.ts';
import { classAnnotation } from './storage/claim-update.ts';
import { addFinalizer, phaseOf, volumeProtection } from './storage/protection.ts';
import { validateVolume, validateVolumeUpdate, volumeWarnings } from './storage/volume-spec.ts';

export const persistentVolumes: Kind<PersistentVolume> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  resource: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'PersistentVolume',
  subresources: [statusSubresource],
  hasStatus: true,
  returnsDeleted: true,
  defaultsStatus: true,
  defaults(volume) {
    volume.status ??= {};
    volume.status.phase ||= 'Pending';
    const { spec } = volume;
    if (!spec) return;
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ||= 'Filesystem';
    if (spec.hostPath) spec.hostPath.type ??= '';
    defaultNetworkVolume(spec);
  },
  prepareForCreate(volume) {
    volume.status = { phase: 'Pending' };
    addFinalizer(volume, volumeProtection);
  },
  validate: validateVolume,
  validateUpdate: validateVolumeUpdate,
  warnings: volumeWarnings,
  columns: [
    nameColumn,
    {
      name: 'Capacity',
      type: 'string',
      description: 'Size of the volume.',
      cell: ({ spec }) => spec?.capacity?.['storage'] ?? '0',
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: 'How it may be mounted.',
      cell: ({ spec }) => formatAccessModes(spec?.accessModes),
    },
    {
      name: 'Reclaim Policy',
      type: 'string',
      description: 'What becomes of it when its claim is gone.',
      cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    },
    {
      name: 'Status',
      type: 'string',
      description: 'Available, Bound to a claim, Released by it, or Failed to be reclaimed.',
      cell: phaseOf,
    },
    {
      name: 'Claim',
      type: 'string',
      description: 'Claim that has the volume.',
      cell: ({ spec }) =>
        spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
    },
    {
      name: 'StorageClass',
      type: 'string',
      description: 'StorageClass of the volume.',
      cell: ({ metadata, spec }) =>
        metadata.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '',
    },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the volume.',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    },
    {
      name: 'Reason',
      type: 'string',
      description: 'Why it failed.',
      cell: ({ status }) => status?.reason ?? '',
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
