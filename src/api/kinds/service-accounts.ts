import type { Kind } from '../kind.ts';
import type { ServiceAccount } from '../types.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

const mountableAnnotation = 'kubernetes.io/enforce-mountable-secrets';
const mountableWarning = `metadata.annotations[${mountableAnnotation}]: not honoured by gantry, and deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`;

export const serviceAccounts: Kind<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ServiceAccount',
  subresources: [
    {
      name: 'token',
      verbs: ['create'],
      body: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
    },
  ],
  returnsDeleted: true,
  warnings: ({ metadata }) =>
    metadata.annotations?.[mountableAnnotation] === undefined ? [] : [mountableWarning],
  columns: [
    nameColumn,
    {
      name: 'Secrets',
      type: 'string',
      description: 'Number of secrets that pods of the account may use.',
      cell: ({ secrets = [] }) => secrets.length,
    },
    ageColumn,
  ],
};
