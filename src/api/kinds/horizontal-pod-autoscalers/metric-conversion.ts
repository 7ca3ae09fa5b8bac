/** Metrics in the form that the annotations of autoscaling/v1 keep: target and current in flat fields. */
import { isJsonObject, type JsonObject } from '../../copy.ts';
import type {
  CrossVersionObjectReference,
  LabelSelector,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../types.ts';

interface NewPart {
  readonly name?: string;
  readonly container?: string;
  readonly metric?: { readonly name: string; readonly selector?: LabelSelector | undefined };
  readonly describedObject?: CrossVersionObjectReference;
  readonly target?: MetricTarget;
  readonly current?: MetricValueStatus;
}

const parts = ['object', 'pods', 'resource', 'containerResource', 'external'] as const;
type Part = (typeof parts)[number];
type New = { readonly type: string } & { readonly [part in Part]?: object | undefined };

export function oldMetricOf(metric: MetricSpec): JsonObject {
  return converted(metric, (part, { target, ...rest }) => ({
    ...named(part, rest),
    ...flat(part, 'target', target),
  }));
}

export function oldStatusOf(metric: MetricStatus): JsonObject {
  return converted(metric, (part, { current, ...rest }) => ({
    ...named(part, rest),
    ...flat(part, 'current', current),
  }));
}

export function newMetricOf(old: JsonObject): MetricSpec {
  return converted(old as unknown as New, (part, found) => {
    const values = raised('target', found as unknown as JsonObject);
    return {
      ...identity(part, found as unknown as JsonObject),
      target: { ...typeOf(values), ...values },
    };
  }) as unknown as MetricSpec;
}

export function newStatusOf(old: JsonObject): MetricStatus {
  return converted(old as unknown as New, (part, found) => ({
    ...identity(part, found as unknown as JsonObject),
    current: raised('current', found as unknown as JsonObject),
  })) as unknown as MetricStatus;
}

function converted(metric: New, convert: (part: Part, found: NewPart) => JsonObject): JsonObject {
  const result: JsonObject = { type: metric.type };
  for (const part of parts) {
    const found = metric[part];
    if (isJsonObject(found)) result[part] = prune(convert(part, found as NewPart));
  }
  return result;
}

function prune(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function named(part: Part, { metric, describedObject, name, container }: NewPart): JsonObject {
  const selector = part === 'external' ? 'metricSelector' : 'selector';
  return {
    name,
    container,
    metricName: metric?.name,
    [selector]: metric?.selector,
    target: describedObject,
  };
}

function flat(
  part: Part,
  prefix: 'target' | 'current',
  values: MetricTarget | MetricValueStatus | undefined,
): JsonObject {
  const { value, averageValue, averageUtilization } = values ?? {};
  // An Object's average stands under its plain name.
  const average = part === 'object' ? 'averageValue' : `${prefix}AverageValue`;
  return {
    [`${prefix}Value`]: value,
    [average]: averageValue,
    [`${prefix}AverageUtilization`]: averageUtilization,
  };
}

function identity(part: Part, old: JsonObject): JsonObject {
  if (part === 'resource') return { name: old['name'] };
  if (part === 'containerResource') return { name: old['name'], container: old['container'] };
  const selector = part === 'external' ? old['metricSelector'] : old['selector'];
  const metric = prune({ name: old['metricName'], selector });
  return part === 'object' ? { describedObject: old['target'], metric } : { metric };
}

function raised(prefix: 'target' | 'current', old: JsonObject): JsonObject {
  return prune({
    value: old[`${prefix}Value`],
    averageValue: old[`${prefix}AverageValue`] ?? old['averageValue'],
    averageUtilization: old[`${prefix}AverageUtilization`],
  });
}

function typeOf(values: JsonObject): { type: string } {
  if (values['averageUtilization'] !== undefined) return { type: 'Utilization' };
  return { type: values['averageValue'] === undefined ? 'Value' : 'AverageValue' };
}
