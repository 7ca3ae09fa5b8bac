import type { Column } from '../../kind.ts';
import type { Pod } from '../../types.ts';
import { ageColumn, nameColumn, orNone } from '../common/columns.ts';
import { summarizePod } from './summary.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    description: 'Containers that are ready, of all that run side by side.',
    cell: (pod, now) => summarizePod(pod, now).ready,
  },
  {
    name: 'Status',
    type: 'string',
    description: 'State of the pod in one word, from its phase and its containers.',
    cell: (pod, now) => summarizePod(pod, now).status,
  },
  {
    name: 'Restarts',
    type: 'string',
    description: 'Times that containers were started again, and when that was last.',
    cell: (pod, now) => summarizePod(pod, now).restarts,
  },
  ageColumn,
  {
    name: 'IP',
    type: 'string',
    priority: 1,
    description: 'First address of the pod.',
    cell: ({ status }) => orNone(status?.podIPs?.[0]?.ip),
  },
  {
    name: 'Node',
    type: 'string',
    priority: 1,
    description: 'Node that the pod is bound to.',
    cell: ({ spec }) => orNone(spec?.nodeName),
  },
  {
    name: 'Nominated Node',
    type: 'string',
    priority: 1,
    description: 'Node where room is being made for the pod.',
    cell: ({ status }) => orNone(status?.nominatedNodeName),
  },
  {
    name: 'Readiness Gates',
    type: 'string',
    priority: 1,
    description: 'Conditions of the readiness gates that are true, of all gates.',
    cell: readinessGates,
  },
];

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(({ conditionType }) =>
    (status?.conditions ?? []).some(
      (each) => each.type === conditionType && each.status === 'True',
    ),
  );
  return `${open.length}/${gates.length}`;
}
