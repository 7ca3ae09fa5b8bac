import { type FieldError, invalid, required } from '../field-error.ts';
import { replicaConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import { matchesSelector } from '../selector.ts';
import type { ReplicationController } from '../types.ts';
import { checkNonNegative, type Errors } from './common/checks.ts';
import { formatLabels } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { validatePodTemplate } from './pod-spec/validate.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { containerColumns } from './workloads/columns.ts';
import { countColumns, replicaStatusErrors } from './workloads/replicas.ts';
import { scaleByLabels } from './workloads/scale.ts';
import { checkTemplatePolicy } from './workloads/selection.ts';

/** ReplicaSet's elder: the same, with a map of labels for a selector. */
export const replicationControllers: Kind<ReplicationController> = {
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ReplicationController',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  defaults,
  prepareForCreate(controller) {
    controller.metadata.generation = 1;
    controller.status = { replicas: 0 };
  },
  validate,
  validateSubresource: { status: ({ status }) => replicaStatusErrors(status) },
  warnings: (controller) => templateWarnings(controller.spec?.template),
  fieldSelectors: {
    'status.replicas': (controller) => String(controller.status?.replicas ?? 0),
  },
  scale: scaleByLabels(),
  conditionCodes: replicaConditionCodes,
  columns: [
    ...countColumns,
    ...containerColumns,
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      description: 'Labels of the pods that belong to it.',
      cell: ({ spec }) => formatLabels(spec?.selector),
    },
  ],
};

/** Labels of the template stand for a selector, and for labels of its own, that nobody wrote. */
function defaults({ metadata, spec }: ReplicationController): void {
  if (!spec) return;
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(labels).length > 0) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  }
  spec.replicas ??= 1;
  if (spec.template) defaultPodTemplate(spec.template);
}

function validate({ spec }: ReplicationController): FieldError[] {
  const errors: Errors = [];
  const { replicas, minReadySeconds, selector = {}, template } = spec ?? {};
  checkNonNegative(errors, 'spec.minReadySeconds', minReadySeconds);
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  if (replicas === undefined) errors.push(required('spec.replicas'));
  checkNonNegative(errors, 'spec.replicas', replicas);
  const labels = template?.metadata?.labels ?? {};
  if (template && !matchesSelector({ matchLabels: selector }, labels)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid('spec.template.metadata.labels', labels, detail));
  }
  errors.push(...validatePodTemplate(template, 'spec.template'));
  if (template?.spec) checkTemplatePolicy(errors, template.spec, 'ReplicationController');
  return errors;
}
