/** `kubectl get hpa`: for each metric what was measured, over what it should be. */
import type { Column } from '../../kind.ts';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricTarget,
  MetricValueStatus,
} from '../../types.ts';
import { ageColumn, nameColumn } from '../common/columns.ts';

/** More would make the line too long to read. */
const shownMax = 2;

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  {
    name: 'Reference',
    type: 'string',
    description: 'What it scales.',
    cell: ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
  },
  {
    name: 'Targets',
    type: 'string',
    description: 'Each metric as it is, over what it should be.',
    cell: targetsOf,
  },
  {
    name: 'MinPods',
    type: 'string',
    description: 'Replicas that are there at least.',
    cell: ({ spec }) => String(spec?.minReplicas ?? '<unset>'),
  },
  {
    name: 'MaxPods',
    type: 'integer',
    description: 'Replicas that are there at most.',
    cell: ({ spec }) => spec?.maxReplicas ?? 0,
  },
  {
    name: 'Replicas',
    type: 'integer',
    description: 'Replicas when it last looked.',
    cell: ({ status }) => status?.currentReplicas ?? 0,
  },
  ageColumn,
];

function targetsOf({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, shownMax).map((metric, index) => {
    const found = status?.currentMetrics?.[index];
    return lineOf(metric, found && found.type === metric.type ? currentOf(found) : undefined);
  });
  const more = metrics.length - shownMax;
  return `${shown.join(', ')}${more > 0 ? ` + ${more} more...` : ''}`;
}

interface Measured {
  readonly current?: MetricValueStatus | undefined;
}

/** The part of a metric's status that its type names. */
function currentOf(metric: {
  readonly type?: string | undefined;
  readonly resource?: Measured | undefined;
  readonly containerResource?: Measured | undefined;
  readonly pods?: Measured | undefined;
  readonly object?: Measured | undefined;
  readonly external?: Measured | undefined;
}): MetricValueStatus | undefined {
  const { type = '' } = metric;
  const part = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
  switch (part) {
    case 'resource':
    case 'containerResource':
    case 'pods':
    case 'object':
    case 'external':
      return metric[part]?.current;
    default:
      return undefined;
  }
}

function lineOf(metric: MetricSpec, current: MetricValueStatus | undefined): string {
  const { resource, containerResource, pods, object, external } = metric;
  const named = resource ?? containerResource;
  if (metric.type === 'Resource' || metric.type === 'ContainerResource') {
    return `${named?.name ?? ''}: ${resourceTarget(named?.target, current)}`;
  }
  if (metric.type === 'Pods') {
    return `${current?.averageValue ?? '<unknown>'}/${pods?.target?.averageValue ?? ''}`;
  }
  if (metric.type !== 'Object' && metric.type !== 'External') return '<unknown type>';
  const target = (object ?? external)?.target;
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  }
  return `${current?.value ?? '<unknown>'}/${target?.value ?? ''}`;
}

function resourceTarget(
  target: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (target?.averageValue !== undefined) {
    return `${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
  }
  const utilization = current?.averageUtilization;
  const shown = utilization === undefined ? '<unknown>' : `${utilization}%`;
  const wanted = target?.averageUtilization;
  return `${shown}/${wanted === undefined ? '<auto>' : `${wanted}%`}`;
}
