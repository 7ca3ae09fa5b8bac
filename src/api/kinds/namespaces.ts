import type { Kind } from '../kind.ts';
import type { Namespace } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

export const namespaces: Kind<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'Namespace',
  subresources: [statusSubresource, { name: 'finalize', verbs: ['update'] }],
  hasStatus: true,
  nameRule: 'dnsLabel',
  columns: [nameColumn],
};
