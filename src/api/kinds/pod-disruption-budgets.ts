import { type FieldError, invalid, notSupported } from '../field-error.ts';
import { budgetConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { IntOrString, PodDisruptionBudget } from '../types.ts';
import { checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { checkConditions } from './common/conditions.ts';
import { checkLabelSelector } from './common/label-selectors.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { checkIntOrPercent, checkShare } from './workloads/rolling-update.ts';

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget'];

export const podDisruptionBudgets: Kind<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  resource: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'PodDisruptionBudget',
  subresources: [statusSubresource],
  hasStatus: true,
  prepareForCreate(budget) {
    budget.metadata.generation = 1;
    budget.status = {};
  },
  validate,
  validateSubresource: { status: validateStatus },
  conditionCodes: budgetConditionCodes,
  columns: [
    nameColumn,
    {
      name: 'Min Available',
      type: 'string',
      description: 'Pods that must stay available.',
      cell: ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      type: 'string',
      description: 'Pods that may be unavailable.',
      cell: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'Pods that may be evicted now.',
      cell: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
    ageColumn,
  ],
};

function validate({ spec }: PodDisruptionBudget): FieldError[] {
  const errors: Errors = [];
  if (!spec) return errors;
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set';
    errors.push(invalid('spec', spec, detail));
  }
  const amounts: Readonly<Record<string, IntOrString | undefined>> = {
    minAvailable,
    maxUnavailable,
  };
  for (const [field, amount] of Object.entries(amounts)) {
    if (amount === undefined) continue;
    checkIntOrPercent(errors, `spec.${field}`, amount);
    checkShare(errors, `spec.${field}`, amount);
  }
  checkLabelSelector(errors, 'spec.selector', spec.selector);
  if (policy !== undefined && !evictionPolicies.includes(policy)) {
    const path = 'spec.unhealthyPodEvictionPolicy';
    errors.push(notSupported(path, policy, evictionPolicies));
  }
  return errors;
}

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

function validateStatus({ status = {} }: PodDisruptionBudget): FieldError[] {
  const errors: Errors = [];
  checkConditions(errors, 'status.conditions', status.conditions ?? []);
  for (const field of counts) checkNonNegative(errors, `status.${field}`, status[field]);
  return errors;
}
