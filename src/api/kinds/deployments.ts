import type { Kind } from '../kind.ts';
import type { Deployment } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';

export const deployments: Kind<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Deployment',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  columns: [nameColumn],
};
