/**
 * Whether an autoscaler knows what to scale, by what, and how fast.
 * Source: Kubernetes API reference, autoscaling/v2; pkg/apis/autoscaling/validation.
 */
import { type FieldError, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isPathSegmentName } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const policyTypes = ['Percent', 'Pods'];
const selectPolicies = ['Disabled', 'Max', 'Min'];
const targetTypes = ['Utilization', 'Value', 'AverageValue'];

const periodSecondsMax = 1800;
const windowSecondsMax = 3600;

export function validateAutoscaler(spec: Partial<HorizontalPodAutoscalerSpec>): FieldError[] {
  const errors: Errors = [];
  const { minReplicas, maxReplicas = 0 } = spec;
  if (minReplicas !== undefined && minReplicas < 1) {
    const detail = 'must be greater than or equal to 1';
    errors.push(invalid('spec.minReplicas', minReplicas, detail));
  }
  if (maxReplicas < 1) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`';
    errors.push(invalid('spec.maxReplicas', maxReplicas, detail));
  }
  checkReference(errors, 'spec.scaleTargetRef', spec.scaleTargetRef);
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    checkMetric(errors, `spec.metrics[${index}]`, metric);
  }
  checkRules(errors, 'spec.behavior.scaleUp', spec.behavior?.scaleUp);
  checkRules(errors, 'spec.behavior.scaleDown', spec.behavior?.scaleDown);
  return errors;
}

export function checkReference(
  errors: Errors,
  path: string,
  reference: CrossVersionObjectReference | undefined,
): void {
  for (const field of ['kind', 'name'] as const) {
    const word = reference?.[field];
    if (word) checkFormat(errors, `${path}.${field}`, word, isPathSegmentName(word));
    else errors.push(required(`${path}.${field}`));
  }
  const { apiVersion = '' } = reference ?? {};
  if (apiVersion.split('/').length > 2) {
    const detail = `unexpected GroupVersion string: ${apiVersion}`;
    errors.push(invalid(`${path}.apiVersion`, apiVersion, detail));
  }
}

const parts = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
type Part = (typeof parts)[number];

function checkMetric(errors: Errors, path: string, metric: MetricSpec): void {
  const { type = '' } = metric;
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!metricTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, metricTypes));
  }
  const present = parts.filter((part) => metric[part] !== undefined);
  const [first] = present;
  if (first !== undefined) checkSource(errors, `${path}.${first}`, metric, first);
  const expected = parts.find((part) => part.toLowerCase() === type.toLowerCase());
  if (expected !== undefined && metric[expected] === undefined) {
    const detail = 'must populate information for the given metric source';
    errors.push(required(`${path}.${expected}`, detail));
  }
  if (present.length === 1) return;
  for (const part of present.filter((each) => each !== expected)) {
    errors.push(forbidden(`${path}.${part}`, 'must populate the given metric source only'));
  }
}

function checkSource(errors: Errors, path: string, metric: MetricSpec, part: Part): void {
  const { object, external, pods, resource, containerResource } = metric;
  const target = metric[part]?.target;
  const at = `${path}.target`;
  if (part === 'resource' || part === 'containerResource') {
    if (!(resource ?? containerResource)?.name) {
      errors.push(required(`${path}.name`, 'must specify a resource name'));
    }
    if (part === 'containerResource' && !containerResource?.container) {
      errors.push(required(`${path}.container`, 'must specify a container'));
    }
    checkTarget(errors, at, target);
    checkResourceTarget(errors, at, target);
    return;
  }
  if (part === 'object') checkReference(errors, `${path}.describedObject`, object?.describedObject);
  checkIdentifier(errors, `${path}.metric`, (object ?? external ?? pods)?.metric);
  checkTarget(errors, at, target);
  const { value, averageValue } = target ?? {};
  if (part === 'pods') {
    if (averageValue !== undefined && compareQuantities(averageValue, '0') > 0) return;
    errors.push(required(`${at}.averageValue`, 'must specify a positive target averageValue'));
    return;
  }
  if (value === undefined && averageValue === undefined) {
    const detail =
      part === 'object'
        ? 'must set either a target value or averageValue'
        : 'must set either a target value for metric or a per-pod target';
    errors.push(required(`${at}.averageValue`, detail));
  }
  if (part === 'external' && value !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbidden(`${at}.value`, detail));
  }
}

function checkResourceTarget(errors: Errors, path: string, target: MetricTarget | undefined): void {
  const { averageUtilization, averageValue } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    errors.push(required(`${path}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    errors.push(forbidden(`${path}.averageValue`, detail));
  }
}

function checkTarget(errors: Errors, path: string, target: MetricTarget | undefined): void {
  const { type = '', averageUtilization, value, averageValue } = target ?? {};
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!targetTypes.includes(type)) {
    const detail = 'must be either Utilization, Value, or AverageValue';
    errors.push(invalid(`${path}.type`, type, detail));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const detail = 'must be greater than 0';
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, detail));
  }
  for (const [field, amount] of Object.entries({ value, averageValue })) {
    if (amount === undefined || compareQuantities(amount, '0') > 0) continue;
    errors.push(invalid(`${path}.${field}`, amount, 'must be positive'));
  }
}

function checkIdentifier(
  errors: Errors,
  path: string,
  identifier: MetricIdentifier | undefined,
): void {
  const { name = '' } = identifier ?? {};
  if (name === '') errors.push(required(`${path}.name`, 'must specify a metric name'));
  else checkFormat(errors, `${path}.name`, name, isPathSegmentName(name));
}

function checkRules(errors: Errors, path: string, rules: HPAScalingRules | undefined): void {
  if (!rules) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const at = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) {
    errors.push(invalid(at, window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > windowSecondsMax) {
    errors.push(invalid(at, window, `must be less than or equal to ${windowSecondsMax}`));
  }
  if (selectPolicy !== undefined && !selectPolicies.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selectPolicies));
  }
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  }
  for (const [index, policy] of policies.entries()) {
    checkPolicy(errors, `${path}.policies[${index}]`, policy);
  }
  if (tolerance !== undefined && compareQuantities(tolerance, '0') < 0) {
    errors.push(invalid(`${path}.tolerance`, tolerance, 'must be greater or equal to zero'));
  }
}

function checkPolicy(errors: Errors, path: string, policy: HPAScalingPolicy): void {
  const { type = '', value = 0, periodSeconds = 0 } = policy;
  if (!policyTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, policyTypes));
  if (value <= 0) errors.push(invalid(`${path}.value`, value, 'must be greater than zero'));
  if (periodSeconds <= 0) {
    errors.push(invalid(`${path}.periodSeconds`, periodSeconds, 'must be greater than zero'));
  }
  if (periodSeconds > periodSecondsMax) {
    const detail = `must be less than or equal to ${periodSecondsMax}`;
    errors.push(invalid(`${path}.periodSeconds`, periodSeconds, detail));
  }
}
