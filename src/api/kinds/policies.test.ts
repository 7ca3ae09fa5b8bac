/** Budgets, limits, quotas and autoscalers: what they default, refuse and show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HorizontalPodAutoscaler, LimitRangeItem, ResourceQuotaSpec } from '../types.ts';
import {
  autoscalingV1HorizontalPodAutoscalers,
  horizontalPodAutoscalers,
  limitRanges,
  podDisruptionBudgets,
  resourceQuotas,
} from './index.ts';
import { verdictOnCreate, verdictOnUpdate } from './testing/verdict.ts';

const metadata = { name: 'x', namespace: 'd' };

test('a budget', () => {
  const judge = (spec: object) =>
    verdictOnCreate(podDisruptionBudgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec,
    });
  assert.deepEqual(judge({ minAvailable: '50%', selector: {} }), []);
  assert.deepEqual(judge({ minAvailable: 1, maxUnavailable: '101%' }), [
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":"101%"}: minAvailable and maxUnavailable cannot be both set',
    'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ]);
  assert.deepEqual(judge({ minAvailable: -1, unhealthyPodEvictionPolicy: 'Never' }), [
    'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
    'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
  ]);
});

function limitRange(...limits: LimitRangeItem[]) {
  return { apiVersion: 'v1' as const, kind: 'LimitRange' as const, metadata, spec: { limits } };
}

test('limits follow from each other', () => {
  const range = limitRange({
    type: 'Container',
    max: { cpu: '2' },
    min: { memory: '1Mi' },
    default: { 'ephemeral-storage': '1Gi' },
  });
  limitRanges.defaults?.(range);
  assert.deepEqual(range.spec.limits[0]?.default, { 'ephemeral-storage': '1Gi', cpu: '2' });
  assert.deepEqual(range.spec.limits[0]?.defaultRequest, {
    'ephemeral-storage': '1Gi',
    cpu: '2',
    memory: '1Mi',
  });
});

test('what a LimitRange may not say', () => {
  const judge = (...limits: LimitRangeItem[]) =>
    verdictOnCreate(limitRanges, limitRange(...limits));
  const at = 'spec.limits[0]';
  assert.deepEqual(judge({ type: 'Node' }), [
    `${at}.type: Invalid value: "Node": must be a standard limit type or fully qualified`,
  ]);
  assert.deepEqual(judge({ type: 'Pod' }, { type: 'Pod', default: { cpu: '1' } }), [
    'spec.limits[1].type: Duplicate value: "Pod"',
    "spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'",
  ]);
  assert.deepEqual(judge({ type: 'PersistentVolumeClaim' }), [
    `${at}.limits: Required value: either minimum or maximum storage value is required, but neither was provided`,
  ]);
  assert.deepEqual(
    judge({
      type: 'Container',
      min: { cpu: '2' },
      max: { cpu: '1' },
      default: { cpu: '3' },
      defaultRequest: { cpu: '4' },
    }),
    [
      `${at}.min[cpu]: Invalid value: "2": min value 2 is greater than max value 1`,
      `${at}.defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than max value 1`,
      `${at}.defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than default limit value 3`,
      `${at}.default[cpu]: Invalid value: "1": default value 3 is greater than max value 1`,
    ],
  );
  assert.deepEqual(
    judge({
      type: 'Container',
      min: { cpu: '1' },
      max: { cpu: '2' },
      maxLimitRequestRatio: { cpu: '3', memory: '500m', disk: '2' },
    }),
    [
      `${at}.maxLimitRequestRatio[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
      `${at}.maxLimitRequestRatio[disk]: Invalid value: "disk": must be a standard resource for containers`,
      `${at}.maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000`,
      `${at}.maxLimitRequestRatio[memory]: Invalid value: "500m": ratio 500m is less than 1`,
    ],
  );
});

function quota(spec: ResourceQuotaSpec) {
  return { apiVersion: 'v1' as const, kind: 'ResourceQuota' as const, metadata, spec };
}

test('what a ResourceQuota may not say', () => {
  const judge = (spec: ResourceQuotaSpec) => verdictOnCreate(resourceQuotas, quota(spec));
  assert.deepEqual(
    judge({
      hard: { 'requests.cpu': '1', 'count/jobs.batch': '5', 'requests.nvidia.com/gpu': '1' },
    }),
    [],
  );
  assert.deepEqual(judge({ hard: { storage: '1', cores: '1', pods: '-1' } }), [
    'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
    'spec.hard[cores]: Invalid value: "cores": must be a standard resource type or fully qualified',
    'spec.hard[cores]: Invalid value: "cores": must be a standard resource for quota',
    'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ]);
  assert.deepEqual(
    judge({ hard: { secrets: '1' }, scopes: ['BestEffort', 'NotBestEffort', 'Late'] }),
    [
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Late"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Late"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Late"]: unsupported scope',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Late"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort","Late"]: conflicting scopes',
    ],
  );
  const at = 'spec.scopeSelector.matchExpressions';
  const scopeSelector = {
    matchExpressions: [
      { scopeName: 'PriorityClass', operator: 'In' },
      { scopeName: 'BestEffort', operator: 'DoesNotExist', values: ['a'] },
    ],
  };
  assert.deepEqual(judge({ hard: { pods: '1' }, scopeSelector }), [
    `${at}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
    `${at}.operator: Invalid value: "DoesNotExist": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity`,
    `${at}.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
  ]);
  const changed = verdictOnUpdate(
    resourceQuotas,
    quota({ hard: { pods: '1' }, scopes: ['BestEffort'] }),
    ({ spec }) => spec && (spec.scopes = ['Terminating']),
  );
  assert.deepEqual(changed, ['spec.scopes: Invalid value: ["Terminating"]: field is immutable']);
});

const autoscaler: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata,
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    maxReplicas: 5,
  },
};

test('an autoscaler that says little goes by the processor', () => {
  const object = structuredClone(autoscaler);
  object.spec.behavior = { scaleDown: { stabilizationWindowSeconds: 5 } };
  horizontalPodAutoscalers.defaults?.(object);
  assert.equal(object.spec.minReplicas, 1);
  const target = { type: 'Utilization', averageUtilization: 80 };
  assert.deepEqual(object.spec.metrics, [{ type: 'Resource', resource: { name: 'cpu', target } }]);
  assert.deepEqual(object.spec.behavior, {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 5,
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    },
  });
});

test('what an autoscaler may not say', () => {
  const judge = (spec: object) =>
    verdictOnCreate(horizontalPodAutoscalers, autoscaler, (each) => Object.assign(each.spec, spec));
  assert.deepEqual(judge({}), []);
  assert.deepEqual(judge({ minReplicas: 7, scaleTargetRef: { kind: 'a/b' } }), [
    'spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`',
    'spec.scaleTargetRef.kind: Invalid value: "a/b": may not contain \'/\'',
    'spec.scaleTargetRef.name: Required value',
  ]);
  const resource = { name: 'cpu', target: { type: 'Value', averageUtilization: 0 } };
  assert.deepEqual(judge({ metrics: [{ type: 'Pods', resource }] }), [
    'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    'spec.metrics[0].pods: Required value: must populate information for the given metric source',
  ]);
  const scaleDown = {
    policies: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }],
    tolerance: '-1',
  };
  assert.deepEqual(judge({ behavior: { scaleDown } }), [
    'spec.behavior.scaleDown.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"',
    'spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero',
    'spec.behavior.scaleDown.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    'spec.behavior.scaleDown.tolerance: Invalid value: "-1": must be greater or equal to zero',
  ]);
});

test('what v1 has no field for survives a way through it', () => {
  const { storedAs } = autoscalingV1HorizontalPodAutoscalers;
  assert.ok(storedAs);
  const target = { type: 'AverageValue', averageValue: '10' };
  const metric = { name: 'hits', selector: { matchLabels: { a: 'b' } } };
  const object: HorizontalPodAutoscaler = {
    ...autoscaler,
    metadata: { ...metadata, annotations: { mine: 'yes' } },
    spec: {
      ...autoscaler.spec,
      metrics: [
        { type: 'Pods', pods: { metric, target } },
        { type: 'External', external: { metric, target: { type: 'Value', value: '3' } } },
        {
          type: 'Object',
          object: {
            metric: { name: 'x' },
            describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' },
            target,
          },
        },
        {
          type: 'ContainerResource',
          containerResource: { name: 'memory', container: 'app', target },
        },
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] } },
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '3m' } },
        },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    },
  };
  const old = storedAs.fromStored(object);
  assert.equal(old.spec.targetCPUUtilizationPercentage, 50);
  assert.equal(old.status?.currentCPUUtilizationPercentage, 7);
  assert.deepEqual(Object.keys(old.metadata.annotations ?? {}).sort(), [
    'autoscaling.alpha.kubernetes.io/behavior',
    'autoscaling.alpha.kubernetes.io/conditions',
    'autoscaling.alpha.kubernetes.io/current-metrics',
    'autoscaling.alpha.kubernetes.io/metrics',
    'mine',
  ]);
  assert.deepEqual(storedAs.toStored(old), object);
  const plain = storedAs.toStored({
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: autoscaler.spec.scaleTargetRef, maxReplicas: 2 },
  }) as HorizontalPodAutoscaler;
  assert.equal(plain.spec.metrics?.[0]?.resource?.target.averageUtilization, 80);
});
