/**
 * One autoscaler in the words of autoscaling/v1 and v2. What v1 has no field for travels in
 * annotations, in the form that Kubernetes gives them, so that a client that only knows v1 can read
 * and write an object without harm to the rest.
 */
import { deepCopy, isJsonObject, type JsonObject } from '../../copy.ts';
import type {
  AutoscalingV1HorizontalPodAutoscaler,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  MetricStatus,
} from '../../types.ts';
import { usualUtilization } from './defaults.ts';
import { newMetricOf, newStatusOf, oldMetricOf, oldStatusOf } from './metric-conversion.ts';

const prefix = 'autoscaling.alpha.kubernetes.io';
const notes = {
  metrics: `${prefix}/metrics`,
  current: `${prefix}/current-metrics`,
  conditions: `${prefix}/conditions`,
  behavior: `${prefix}/behavior`,
} as const;

type Old = AutoscalingV1HorizontalPodAutoscaler;

export function oldAutoscalerOf(stored: HorizontalPodAutoscaler): Old {
  const { metadata, spec, status } = stored;
  const { metrics = [], behavior, ...rest } = spec ?? { maxReplicas: 0 };
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((metric) => metric !== cpu).map(oldMetricOf);
  const annotations: Record<string, string> = { ...metadata.annotations };
  if (others.length > 0) annotations[notes.metrics] = JSON.stringify(others);
  if (behavior) annotations[notes.behavior] = JSON.stringify(renamed(behavior, capitalized));
  const { currentMetrics = [], conditions = [], ...old } = status ?? {};
  if (currentMetrics.length > 0) {
    annotations[notes.current] = JSON.stringify(currentMetrics.map(oldStatusOf));
  }
  if (conditions.length > 0) annotations[notes.conditions] = JSON.stringify(conditions);
  const current = currentMetrics.find(isCpu)?.resource?.current;
  const utilization = cpu?.resource?.target?.averageUtilization;
  const object: Old = {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata },
    spec: { ...rest, targetCPUUtilizationPercentage: utilization },
  };
  if (Object.keys(annotations).length > 0) object.metadata.annotations = annotations;
  if (status) {
    object.status = {
      ...old,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      currentCPUUtilizationPercentage: current?.averageUtilization,
    };
  }
  return deepCopy(object);
}

function isCpu({ type, resource }: MetricSpec | MetricStatus): boolean {
  return type === 'Resource' && resource?.name === 'cpu';
}

function isCpuUtilization(metric: MetricSpec): boolean {
  return isCpu(metric) && metric.resource?.target?.averageUtilization !== undefined;
}

export function newAutoscalerOf(old: Old): HorizontalPodAutoscaler {
  const { metadata, spec, status } = old;
  const { targetCPUUtilizationPercentage: utilization, ...rest } = spec ?? {
    scaleTargetRef: { kind: '', name: '' },
    maxReplicas: 0,
  };
  const { annotations = {} } = metadata;
  const metrics = metricsOf(annotations, utilization);
  const behavior = readNote(annotations[notes.behavior]);
  const next: HorizontalPodAutoscalerSpec = { ...rest, metrics };
  if (isJsonObject(behavior)) next.behavior = renamed(behavior, uncapitalized) as object;
  const object: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata },
    spec: next,
  };
  const kept = Object.entries(annotations).filter(([key]) => !isNote(key));
  if (kept.length > 0) object.metadata.annotations = Object.fromEntries(kept);
  else delete object.metadata.annotations;
  const newStatus = status && statusOf(annotations, status);
  if (newStatus) object.status = newStatus;
  return deepCopy(object);
}

function metricsOf(
  annotations: Readonly<Record<string, string>>,
  utilization: number | undefined,
): MetricSpec[] {
  const read = readNote(annotations[notes.metrics]);
  const metrics = Array.isArray(read) ? read.filter(isJsonObject).map(newMetricOf) : [];
  const wanted = utilization ?? (metrics.length === 0 ? usualUtilization : undefined);
  if (wanted === undefined) return metrics;
  const target = { type: 'Utilization', averageUtilization: wanted };
  return [...metrics, { type: 'Resource', resource: { name: 'cpu', target } }];
}

function statusOf(
  annotations: Readonly<Record<string, string>>,
  old: NonNullable<Old['status']>,
): HorizontalPodAutoscalerStatus {
  const { currentCPUUtilizationPercentage: utilization, ...rest } = old;
  const metrics = readNote(annotations[notes.current]);
  const conditions = readNote(annotations[notes.conditions]);
  const status: HorizontalPodAutoscalerStatus = { ...rest };
  if (Array.isArray(metrics)) {
    status.currentMetrics = metrics.filter(isJsonObject).map(newStatusOf);
  } else if (utilization !== undefined) {
    const current = { averageUtilization: utilization };
    status.currentMetrics = [{ type: 'Resource', resource: { name: 'cpu', current } }];
  }
  if (Array.isArray(conditions)) {
    status.conditions = conditions.filter(
      isJsonObject,
    ) as object[] as HorizontalPodAutoscalerCondition[];
  }
  return status;
}

function isNote(key: string): boolean {
  return Object.values<string>(notes).includes(key);
}

/** What is not JSON says nothing, as in Kubernetes. */
function readNote(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of the annotations, two belong to the status: who writes the main resource cannot change them. */
export function carryStatus(next: Old, previous: Old | undefined): void {
  const { annotations = {} } = next.metadata;
  for (const key of [notes.current, notes.conditions]) {
    const before = previous?.metadata.annotations?.[key];
    if (before === undefined) delete annotations[key];
    else annotations[key] = before;
  }
  if (Object.keys(annotations).length > 0) next.metadata.annotations = annotations;
}

const capitalized = (key: string): string => key.slice(0, 1).toUpperCase() + key.slice(1);
const uncapitalized = (key: string): string => key.slice(0, 1).toLowerCase() + key.slice(1);

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (!isJsonObject(value)) return value;
  const object: JsonObject = {};
  for (const [key, each] of Object.entries(value)) object[rename(key)] = renamed(each, rename);
  return object;
}
