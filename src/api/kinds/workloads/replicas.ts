/** What ReplicaSet and ReplicationController, the two that only count pods, have in common. */
import type { FieldError } from '../../field-error.ts';
import type { Column } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import type { ReplicationControllerStatus } from '../../types.ts';
import type { Errors } from '../common/checks.ts';
import { ageColumn, nameColumn } from '../common/columns.ts';
import { checkCounts, checkParts } from './status-checks.ts';

interface Counted extends KubeObject {
  readonly spec: { readonly replicas?: number | undefined };
  readonly status?:
    | { readonly replicas?: number | undefined; readonly readyReplicas?: number | undefined }
    | undefined;
}

export const countColumns: readonly Column<Counted>[] = [
  nameColumn,
  {
    name: 'Desired',
    type: 'integer',
    description: 'Pods that are wanted.',
    cell: ({ spec }) => spec?.replicas ?? 0,
  },
  {
    name: 'Current',
    type: 'integer',
    description: 'Pods that exist.',
    cell: ({ status }) => status?.replicas ?? 0,
  },
  {
    name: 'Ready',
    type: 'integer',
    description: 'Pods that are ready.',
    cell: ({ status }) => status?.readyReplicas ?? 0,
  },
  ageColumn,
];

const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
] as const;

export function replicaStatusErrors(
  status: Omit<ReplicationControllerStatus, 'conditions'> | undefined,
): FieldError[] {
  const errors: Errors = [];
  if (!status) return errors;
  checkCounts(errors, status, counts);
  const { replicas = 0, fullyLabeledReplicas, readyReplicas, availableReplicas } = status;
  checkParts(errors, replicas, { fullyLabeledReplicas, readyReplicas, availableReplicas });
  return errors;
}
