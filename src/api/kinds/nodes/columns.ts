import type { Column } from '../../kind.ts';
import type { Node, NodeSystemInfo } from '../../types.ts';
import { ageColumn, nameColumn, orNone } from '../common/columns.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

const wide = { type: 'string', priority: 1 } as const;

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    description: 'Whether the node is ready, and whether it takes new pods.',
    cell: statusOf,
  },
  { name: 'Roles', type: 'string', description: 'Roles from the node’s labels.', cell: rolesOf },
  ageColumn,
  {
    name: 'Version',
    type: 'string',
    description: 'Version that the node agent reports.',
    cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
  },
  {
    ...wide,
    name: 'Internal-IP',
    description: 'Address inside the cluster’s network.',
    cell: (node) => addressOf(node, 'InternalIP'),
  },
  {
    ...wide,
    name: 'External-IP',
    description: 'Address that is reachable from outside.',
    cell: (node) => addressOf(node, 'ExternalIP'),
  },
  {
    ...wide,
    name: 'OS-Image',
    description: 'Operating system.',
    cell: (node) => infoOf(node, 'osImage'),
  },
  {
    ...wide,
    name: 'Kernel-Version',
    description: 'Kernel.',
    cell: (node) => infoOf(node, 'kernelVersion'),
  },
  {
    ...wide,
    name: 'Container-Runtime',
    description: 'Container runtime and its version.',
    cell: (node) => infoOf(node, 'containerRuntimeVersion'),
  },
];

function statusOf({ spec, status }: Node): string {
  const ready = (status?.conditions ?? []).find((each) => each.type === 'Ready');
  const word = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

function rolesOf({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) =>
    key === roleLabel ? value : key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : '',
  );
  return orNone([...new Set(roles.filter(Boolean))].sort().join(','));
}

function addressOf({ status }: Node, type: string): string {
  return orNone((status?.addresses ?? []).find((each) => each.type === type)?.address);
}

function infoOf({ status }: Node, field: keyof NodeSystemInfo): string {
  const value = status?.nodeInfo?.[field];
  return typeof value === 'string' && value !== '' ? value : '<unknown>';
}
