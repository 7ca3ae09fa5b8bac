import type { Kind } from '../kind.ts';
import type { ClusterRole } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const clusterRoles: Kind<ClusterRole> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  verbs: standardVerbs,
  type: 'ClusterRole',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  columns: [nameColumn],
};
