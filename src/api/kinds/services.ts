import type { Kind } from '../kind.ts';
import type { Service } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

export const services: Kind<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Service',
  subresources: [statusSubresource],
  hasStatus: true,
  createOnUpdate: true,
  nameRule: 'dns1035Label',
  columns: [nameColumn],
};
