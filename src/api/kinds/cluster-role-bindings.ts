import type { Kind } from '../kind.ts';
import type { ClusterRoleBinding } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const clusterRoleBindings: Kind<ClusterRoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  verbs: standardVerbs,
  type: 'ClusterRoleBinding',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  columns: [nameColumn],
};
