/** Each metric of an autoscaler: what it proposes, and what the status says of it. */
import { formatQuantity } from '#api/quantity.ts';
import type { MetricSpec, MetricStatus, Pod, PodMetrics } from '#api/types.ts';
import { proposalOf, type Tolerance } from './measured.ts';

/** Figures of the target's pods, or why there are none. */
export type Gathered = readonly PodMetrics[] | string;

export interface Evaluated {
  readonly replicas: number;
  /** For people: `cpu resource utilization (percentage of request)`. */
  readonly name: string;
  readonly status: MetricStatus;
}

export interface Unusable {
  /** `FailedGetResourceMetric` */
  readonly reason: string;
  readonly message: string;
}

export interface Situation {
  readonly namespace: string;
  readonly pods: readonly Pod[];
  readonly gathered: Gathered;
  readonly current: number;
  readonly tolerance: Tolerance;
  readonly now: number;
}

const noCustom =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';
const noExternal =
  'unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered';

export function evaluate(metric: MetricSpec, situation: Situation): Evaluated | Unusable {
  const { type, object, pods, external } = metric;
  switch (type) {
    case 'Resource':
    case 'ContainerResource':
      return evaluateResource(metric, situation);
    case 'Pods':
      return unusable(
        'Pods',
        `failed to get pods metric value: unable to get metric ${pods?.metric.name}: ${noCustom}`,
      );
    case 'Object': {
      const { kind, name } = object?.describedObject ?? {};
      const what = `${object?.metric.name}: ${kind} on ${situation.namespace} ${name}`;
      return unusable(
        'Object',
        `failed to get object metric value: unable to get metric ${what}/${noCustom}`,
      );
    }
    default: {
      const what = `${situation.namespace}/${external?.metric.name}`;
      return unusable(
        'External',
        `failed to get external metric ${external?.metric.name}: unable to get external metric ${what}: ${noExternal}`,
      );
    }
  }
}

function unusable(type: string, message: string): Unusable {
  return { reason: `FailedGet${type}Metric`, message };
}

function evaluateResource(metric: MetricSpec, situation: Situation): Evaluated | Unusable {
  const { type, resource, containerResource } = metric;
  const source = resource ?? containerResource;
  const { pods, gathered, current, tolerance, now } = situation;
  const { name = '', target } = source ?? {};
  const isShare = target?.averageValue === undefined;
  const asked = {
    resource: name,
    container: containerResource?.container,
    utilization: isShare ? target?.averageUtilization : undefined,
    averageValue: target?.averageValue,
  };
  const proposal =
    typeof gathered === 'string'
      ? `unable to get metrics for resource ${name}: ${gathered}`
      : proposalOf(pods, gathered, asked, current, tolerance, now);
  if (typeof proposal === 'string') {
    return unusable(
      type,
      `failed to get ${name} ${isShare ? 'utilization' : 'usage'}: ${proposal}`,
    );
  }
  const { replicas, averageValue, utilization } = proposal;
  const format = name === 'memory' ? 'BinarySI' : 'DecimalSI';
  const measured = {
    averageValue: formatQuantity(averageValue, format),
    ...(utilization === undefined ? {} : { averageUtilization: utilization }),
  };
  const words = isShare ? 'resource utilization (percentage of request)' : 'resource';
  const status: MetricStatus =
    containerResource === undefined
      ? { type, resource: { name, current: measured } }
      : {
          type,
          containerResource: { name, container: containerResource.container, current: measured },
        };
  return { replicas, name: `${name} ${words}`, status };
}
