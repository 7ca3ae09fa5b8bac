import type { Kind } from '../kind.ts';
import type { Role } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const roles: Kind<Role> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Role',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  columns: [nameColumn],
};
