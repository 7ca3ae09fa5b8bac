/** A Namespace lives until its content is gone: spec.finalizers hold it, and its phase says so. */
import { type FieldError, invalid } from '../field-error.ts';
import { namespaceConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import { isQualifiedName } from '../names.ts';
import type { Namespace } from '../types.ts';
import { checkFormat, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

/** By which selectors of namespaces find one by name. */
const nameLabel = 'kubernetes.io/metadata.name';
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

export const namespaces: Kind<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'Namespace',
  subresources: [{ name: 'finalize', verbs: ['update'] }, statusSubresource],
  hasStatus: true,
  nameRule: 'dnsLabel',
  defaultsStatus: true,
  defaults(namespace) {
    const { metadata } = namespace;
    if (metadata.name) metadata.labels = { ...metadata.labels, [nameLabel]: metadata.name };
    namespace.status ??= {};
    namespace.status.phase ||= 'Active';
  },
  prepareForCreate(namespace) {
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    if (finalizers.includes('kubernetes')) return;
    namespace.spec = { ...namespace.spec, finalizers: [...finalizers, 'kubernetes'] };
  },
  /** Only the finalize subresource takes finalizers away. */
  prepareForUpdate(next, previous) {
    next.spec = { ...next.spec, finalizers: [...(previous.spec?.finalizers ?? [])] };
  },
  prepareForDelete(namespace) {
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },
  heldBy: (namespace) => namespace.spec?.finalizers ?? [],
  validate: validateFinalizers,
  validateSubresource: { status: validateStatus, finalize: validateFinalizers },
  fieldSelectors: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  conditionCodes: namespaceConditionCodes,
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'Active, or Terminating while its content is being removed.',
      cell: (namespace) => namespace.status?.phase ?? '',
    },
    ageColumn,
  ],
};

function validateFinalizers(namespace: Namespace): FieldError[] {
  const errors: Errors = [];
  for (const [index, name] of (namespace.spec?.finalizers ?? []).entries()) {
    const path = `spec.finalizers[${index}]`;
    checkFormat(errors, path, name, isQualifiedName(name));
    if (name.includes('/') || standardFinalizers.includes(name)) continue;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(path, name, detail));
  }
  return errors;
}

function validateStatus(next: Namespace): FieldError[] {
  const phase = next.status?.phase ?? '';
  const isLeaving = next.metadata.deletionTimestamp !== undefined;
  if (phase === (isLeaving ? 'Terminating' : 'Active')) return [];
  const detail = isLeaving
    ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
    : "may only be 'Active' if `deletionTimestamp` is empty";
  return [invalid('status.Phase', phase, detail)];
}
