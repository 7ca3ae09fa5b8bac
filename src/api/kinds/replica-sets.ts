import { type FieldError, invalid } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { compileSelector } from '../selector.ts';
import type { ReplicaSet } from '../types.ts';
import { checkImmutable, checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { templateColumns } from './workloads/columns.ts';
import { validatePodMaker } from './workloads/selection.ts';

export const replicaSets: Kind<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ReplicaSet',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  defaults({ spec }) {
    if (!spec) return;
    spec.replicas ??= 1;
    if (spec.template) defaultPodTemplate(spec.template);
  },
  prepareForCreate(replicaSet) {
    replicaSet.metadata.generation = 1;
    replicaSet.status = { replicas: 0 };
  },
  validate: (replicaSet) => validatePodMaker(replicaSet.spec ?? {}),
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.selector', next.spec?.selector, previous.spec?.selector);
    return errors;
  },
  validateSubresource: { status: validateStatus },
  warnings: (replicaSet) => templateWarnings(replicaSet.spec?.template),
  fieldSelectors: {
    'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0),
  },
  scale: {
    read: ({ spec, status }) => ({
      specReplicas: spec?.replicas ?? 0,
      statusReplicas: status?.replicas ?? 0,
      selector: compileSelector(spec?.selector).toString(),
    }),
    write(replicaSet, replicas) {
      if (replicaSet.spec) replicaSet.spec.replicas = replicas;
    },
  },
  columns: [
    nameColumn,
    {
      name: 'Desired',
      type: 'integer',
      description: 'Pods that are wanted.',
      cell: ({ spec }) => spec?.replicas ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      description: 'Pods that exist.',
      cell: ({ status }) => status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: 'Pods that are ready.',
      cell: ({ status }) => status?.readyReplicas ?? 0,
    },
    ageColumn,
    ...templateColumns,
  ],
};

const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
] as const;

function validateStatus(next: ReplicaSet): FieldError[] {
  const errors: Errors = [];
  const { status } = next;
  if (!status) return errors;
  for (const field of counts) checkNonNegative(errors, `status.${field}`, status[field]);
  const {
    replicas = 0,
    fullyLabeledReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = status;
  const above = 'cannot be greater than status.replicas';
  const parts = { fullyLabeledReplicas, readyReplicas, availableReplicas };
  for (const [field, count] of Object.entries(parts)) {
    if (count > replicas) errors.push(invalid(`status.${field}`, count, above));
  }
  if (availableReplicas > readyReplicas) {
    const detail = 'cannot be greater than readyReplicas';
    errors.push(invalid('status.availableReplicas', availableReplicas, detail));
  }
  return errors;
}
