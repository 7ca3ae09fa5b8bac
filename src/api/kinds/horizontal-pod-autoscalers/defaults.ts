/** Source: Kubernetes API reference, autoscaling/v2; pkg/apis/autoscaling/v2 defaults. */
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../types.ts';

export const usualUtilization = 80;

/** Four pods or as many again, whichever is more, each quarter of a minute; down at once to the end. */
export const usualScaleUp: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

export const usualScaleDown: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    const target = { type: 'Utilization', averageUtilization: usualUtilization };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  const { behavior } = spec;
  if (!behavior) return;
  complete((behavior.scaleUp ??= {}), usualScaleUp);
  complete((behavior.scaleDown ??= {}), usualScaleDown);
}

function complete(rules: HPAScalingRules, usual: HPAScalingRules): void {
  rules.selectPolicy ??= usual.selectPolicy;
  rules.policies ??= usual.policies?.map((policy) => ({ ...policy }));
  const { stabilizationWindowSeconds: window } = usual;
  if (window !== undefined) rules.stabilizationWindowSeconds ??= window;
}
