import { autoscalerConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind } from '../kind.ts';
import type { HorizontalPodAutoscaler } from '../types.ts';
import { checkNonNegative, type Errors } from './common/checks.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { autoscalerColumns } from './horizontal-pod-autoscalers/columns.ts';
import { defaultAutoscaler } from './horizontal-pod-autoscalers/defaults.ts';
import { validateAutoscaler } from './horizontal-pod-autoscalers/validate.ts';

export const horizontalPodAutoscalers: Kind<HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'HorizontalPodAutoscaler',
  subresources: [statusSubresource],
  hasStatus: true,
  defaults: defaultAutoscaler,
  prepareForCreate(autoscaler) {
    delete autoscaler.status;
  },
  validate: (autoscaler) => validateAutoscaler(autoscaler.spec ?? {}),
  validateSubresource: {
    status: ({ status }) => {
      const errors: Errors = [];
      checkNonNegative(errors, 'status.currentReplicas', status?.currentReplicas);
      checkNonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
      return errors;
    },
  },
  conditionCodes: autoscalerConditionCodes,
  columns: autoscalerColumns,
};
