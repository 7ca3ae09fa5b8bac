import type { Column } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { RoleRef, Subject } from '../../types.ts';
import { ageColumn, nameColumn } from '../common/columns.ts';

export const roleColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'When the object was made.',
    cell: ({ metadata }) => metadata.creationTimestamp ?? null,
  },
];

type Binding = KubeObject & { roleRef?: RoleRef; subjects?: Subject[] | undefined };

const wide = { type: 'string', priority: 1 } as const;

export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  {
    name: 'Role',
    type: 'string',
    description: 'Role that is granted.',
    cell: ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
  },
  ageColumn,
  {
    ...wide,
    name: 'Users',
    description: 'Users that have it.',
    cell: (binding) => namesOf(binding, 'User'),
  },
  {
    ...wide,
    name: 'Groups',
    description: 'Groups that have it.',
    cell: (binding) => namesOf(binding, 'Group'),
  },
  {
    ...wide,
    name: 'ServiceAccounts',
    description: 'Service accounts that have it.',
    cell: (binding) => namesOf(binding, 'ServiceAccount'),
  },
];

function namesOf({ metadata, subjects = [] }: Binding, kind: string): string {
  return subjects
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) =>
      kind === 'ServiceAccount' ? `${namespace || metadata.namespace || ''}/${name}` : name,
    )
    .join(', ');
}
