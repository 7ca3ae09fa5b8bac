/** Autoscalers under their older version. One store holds both; what v1 has no field for stands in annotations. */
import { autoscalerConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Column, Kind } from '../kind.ts';
import type { AutoscalingV1HorizontalPodAutoscaler, HorizontalPodAutoscaler } from '../types.ts';
import { checkNonNegative, type Errors } from './common/checks.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { autoscalerColumns } from './horizontal-pod-autoscalers/columns.ts';
import {
  carryStatus,
  newAutoscalerOf,
  oldAutoscalerOf,
} from './horizontal-pod-autoscalers/conversion.ts';
import { validateAutoscaler } from './horizontal-pod-autoscalers/validate.ts';

export const autoscalingV1HorizontalPodAutoscalers: Kind<AutoscalingV1HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'AutoscalingV1HorizontalPodAutoscaler',
  subresources: [statusSubresource],
  hasStatus: true,
  storedAs: {
    group: 'autoscaling',
    version: 'v2',
    resource: 'horizontalpodautoscalers',
    toStored: (autoscaler) => newAutoscalerOf(autoscaler as AutoscalingV1HorizontalPodAutoscaler),
    fromStored: (stored) => oldAutoscalerOf(stored as HorizontalPodAutoscaler),
  },
  defaults({ spec }) {
    if (spec) spec.minReplicas ??= 1;
  },
  prepareForCreate(autoscaler) {
    delete autoscaler.status;
    carryStatus(autoscaler, undefined);
  },
  prepareForUpdate: carryStatus,
  validate: (autoscaler) => validateAutoscaler(newAutoscalerOf(autoscaler).spec),
  validateSubresource: {
    status: ({ status }) => {
      const errors: Errors = [];
      checkNonNegative(errors, 'status.currentReplicas', status?.currentReplicas);
      checkNonNegative(errors, 'status.desiredReplicas', status?.desiredReplicas);
      return errors;
    },
  },
  conditionCodes: (autoscaler) => autoscalerConditionCodes(newAutoscalerOf(autoscaler)),
  columns: autoscalerColumns.map(ofOldAutoscaler),
};

function ofOldAutoscaler(
  column: Column<HorizontalPodAutoscaler>,
): Column<AutoscalingV1HorizontalPodAutoscaler> {
  return { ...column, cell: (autoscaler, now) => column.cell(newAutoscalerOf(autoscaler), now) };
}
