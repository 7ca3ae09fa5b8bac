/**
 * What pods and nodes use right now. Not stored: each answer is measured for it.
 * Source: metrics.k8s.io/v1beta1, as metrics-server serves it.
 */
import type { Column, Kind } from '../kind.ts';
import type { NodeMetrics, PodMetrics, Quantity } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { ownValue } from './common/records.ts';
import { addQuantities } from '../quantity.ts';

const columns = <T extends NodeMetrics | PodMetrics>(
  usageOf: (object: T, resource: string) => Quantity,
): readonly Column<T>[] => [
  nameColumn,
  ...['cpu', 'memory'].map(
    (resource): Column<T> => ({
      name: resource,
      type: 'string',
      description: `What it uses of ${resource}.`,
      cell: (object) => usageOf(object, resource),
    }),
  ),
  {
    name: 'Window',
    type: 'string',
    description: 'Time over which the use of processors was measured.',
    cell: (object) => object.window ?? '',
  },
];

export const podMetrics: Kind<PodMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'PodMetrics',
  resource: 'pods',
  singular: '',
  namespaced: true,
  verbs: ['get', 'list'],
  virtual: true,
  type: 'PodMetrics',
  columns: columns(({ containers }, resource) =>
    (containers ?? []).reduce(
      (sum, { usage }) => addQuantities(sum, ownValue(usage, resource) ?? '0'),
      '0',
    ),
  ),
};

export const nodeMetrics: Kind<NodeMetrics> = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  kind: 'NodeMetrics',
  resource: 'nodes',
  singular: '',
  namespaced: false,
  verbs: ['get', 'list'],
  virtual: true,
  type: 'NodeMetrics',
  columns: columns(({ usage }, resource) => ownValue(usage, resource) ?? '0'),
};
