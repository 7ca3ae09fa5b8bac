import { type FieldError, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { deploymentConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { Deployment, DeploymentSpec, DeploymentStatus } from '../types.ts';
import { checkImmutable, checkNonNegative, type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { templateColumns } from './workloads/columns.ts';
import { checkRollingUpdate } from './workloads/rolling-update.ts';
import { scaleBySelector } from './workloads/scale.ts';
import { validatePodMaker } from './workloads/selection.ts';
import { checkCollisionCount, checkCounts, checkParts } from './workloads/status-checks.ts';

export const deployments: Kind<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Deployment',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  defaults,
  prepareForCreate(deployment) {
    deployment.metadata.generation = 1;
    deployment.status = {};
  },
  /** Its controller reads annotations too: a change of them asks for its attention. */
  prepareForUpdate(next, previous) {
    const { generation, annotations } = previous.metadata;
    if (generation === undefined || sameValue(next.metadata.annotations, annotations)) return;
    next.metadata.generation = generation + 1;
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.selector', next.spec?.selector, previous.spec?.selector);
    return errors;
  },
  validateSubresource: { status: validateStatus },
  warnings: (deployment) => templateWarnings(deployment.spec?.template),
  scale: scaleBySelector(),
  conditionCodes: deploymentConditionCodes,
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Pods that are ready, of all that are wanted.',
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    },
    {
      name: 'Up-to-date',
      type: 'string',
      description: 'Pods of the newest template.',
      cell: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Pods that have been ready for minReadySeconds.',
      cell: ({ status }) => status?.availableReplicas ?? 0,
    },
    ageColumn,
    ...templateColumns,
  ],
};

function defaults({ spec }: Deployment): void {
  if (!spec) return;
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  spec.strategy ??= {};
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  }
  if (spec.template) defaultPodTemplate(spec.template);
}

function validate(deployment: Deployment): FieldError[] {
  const spec: Partial<DeploymentSpec> = deployment.spec ?? {};
  const errors = validatePodMaker(spec);
  checkStrategy(errors, spec.strategy ?? {});
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return errors;
  checkNonNegative(errors, 'spec.progressDeadlineSeconds', deadline);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    const detail = 'must be greater than minReadySeconds';
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, detail));
  }
  return errors;
}

function checkStrategy(errors: Errors, strategy: NonNullable<DeploymentSpec['strategy']>): void {
  const { type, rollingUpdate } = strategy;
  const path = 'spec.strategy.rollingUpdate';
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    if (rollingUpdate) errors.push(forbidden(path, detail));
  } else if (type !== 'RollingUpdate') {
    errors.push(notSupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate']));
  } else if (rollingUpdate) checkRollingUpdate(errors, path, rollingUpdate);
  else errors.push(required(path, 'this should be defaulted and never be nil'));
}

const counts = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'collisionCount',
] as const;

function validateStatus(next: Deployment, previous: Deployment): FieldError[] {
  const errors: Errors = [];
  const status: DeploymentStatus = next.status ?? {};
  checkCounts(errors, status, counts);
  const { replicas = 0, readyReplicas, updatedReplicas, availableReplicas } = status;
  checkParts(errors, replicas, { updatedReplicas, readyReplicas, availableReplicas });
  checkCollisionCount(errors, status, previous.status);
  return errors;
}
