import type { Kind } from '../kind.ts';
import type { Lease } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const leases: Kind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Lease',
  createOnUpdate: true,
  conditionalUpdateOnly: true,
  columns: [nameColumn],
};
