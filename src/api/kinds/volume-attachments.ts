/** That a volume shall be attached to a node by a CSI driver. Stored and checked; nothing here attaches. */
import { type FieldError, forbidden, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isDNS1123Subdomain } from '../names.ts';
import type { VolumeAttachment } from '../types.ts';
import { checkFormat, checkImmutable, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { checkDriverName } from './csi-drivers.ts';

export const volumeAttachments: Kind<VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  resource: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  verbs: standardVerbs,
  type: 'VolumeAttachment',
  subresources: [statusSubresource],
  hasStatus: true,
  returnsDeleted: true,
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec', next.spec, previous.spec);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Attacher',
      type: 'string',
      description: 'Driver that shall attach.',
      cell: ({ spec }) => spec?.attacher ?? '',
    },
    {
      name: 'PV',
      type: 'string',
      description: 'Volume that shall be attached.',
      cell: ({ spec }) => spec?.source?.persistentVolumeName ?? '',
    },
    {
      name: 'Node',
      type: 'string',
      description: 'Node to which it shall be attached.',
      cell: ({ spec }) => spec?.nodeName ?? '',
    },
    {
      name: 'Attached',
      type: 'boolean',
      description: 'Whether it is.',
      cell: ({ status }) => status?.attached ?? false,
    },
    ageColumn,
  ],
};

function validate({ spec }: VolumeAttachment): FieldError[] {
  const errors: Errors = [];
  const { attacher = '', source = {}, nodeName = '' } = spec ?? {};
  checkDriverName(errors, 'spec.attacher', attacher);
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source;
  if (name === undefined && inline === undefined) {
    const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
    errors.push(required('spec.source', detail));
  } else if (name !== undefined && inline !== undefined) {
    const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
    errors.push(forbidden('spec.source', detail));
  } else if (name !== undefined) {
    const path = 'spec.source.persistentVolumeName';
    if (name === '') errors.push(required(path, 'must specify non empty persistentVolumeName'));
    else checkFormat(errors, path, name, isDNS1123Subdomain(name));
  }
  if (nodeName === '') errors.push(required('spec.nodeName'));
  else checkFormat(errors, 'spec.nodeName', nodeName, isDNS1123Subdomain(nodeName));
  return errors;
}
