import type { Kind } from '../kind.ts';
import type { RoleBinding } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const roleBindings: Kind<RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  verbs: standardVerbs,
  type: 'RoleBinding',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  columns: [nameColumn],
};
