/** Whether the parts of the control plane are well. Not stored; Kubernetes keeps it for who still asks. */
import type { Column, Kind } from '../kind.ts';
import type { ComponentStatus } from '../types.ts';
import { nameColumn } from './common/columns.ts';

const healthOf = ({ conditions = [] }: ComponentStatus) =>
  conditions.find(({ type }) => type === 'Healthy');

const columns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    description: 'Healthy, Unhealthy or Unknown.',
    cell: (object) => {
      const { status } = healthOf(object) ?? {};
      if (status === undefined || status === 'Unknown') return 'Unknown';
      return status === 'True' ? 'Healthy' : 'Unhealthy';
    },
  },
  {
    name: 'Message',
    type: 'string',
    description: 'What the part says of itself.',
    cell: (object) => healthOf(object)?.message ?? '',
  },
  {
    name: 'Error',
    type: 'string',
    description: 'Why it could not be asked.',
    cell: (object) => healthOf(object)?.error ?? '',
  },
];

export const componentStatuses: Kind<ComponentStatus> = {
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  resource: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  virtual: true,
  type: 'ComponentStatus',
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  columns,
};
