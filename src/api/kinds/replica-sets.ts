import type { Kind } from '../kind.ts';
import type { ReplicaSet } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';

export const replicaSets: Kind<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ReplicaSet',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  columns: [nameColumn],
};
