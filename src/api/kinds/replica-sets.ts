import { replicaConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { ReplicaSet } from '../types.ts';
import { checkImmutable, type Errors } from './common/checks.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { templateColumns } from './workloads/columns.ts';
import { countColumns, replicaStatusErrors } from './workloads/replicas.ts';
import { scaleBySelector } from './workloads/scale.ts';
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
  validateSubresource: { status: ({ status }) => replicaStatusErrors(status) },
  warnings: (replicaSet) => templateWarnings(replicaSet.spec?.template),
  fieldSelectors: {
    'status.replicas': (replicaSet) => String(replicaSet.status?.replicas ?? 0),
  },
  scale: scaleBySelector(),
  conditionCodes: replicaConditionCodes,
  columns: [...countColumns, ...templateColumns],
};
