import type { Kind } from '../kind.ts';
import type { Ingress } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

export const ingresses: Kind<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  resource: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Ingress',
  subresources: [statusSubresource],
  hasStatus: true,
  columns: [nameColumn],
};
