import type { Kind } from '../kind.ts';
import type { ClusterRoleBinding } from '../types.ts';
import { standardVerbs } from './common/verbs.ts';
import { bindingColumns } from './rbac/columns.ts';
import {
  defaultBinding,
  rbacGroup,
  validateBinding,
  validateBindingUpdate,
} from './rbac/validate.ts';

export const clusterRoleBindings: Kind<ClusterRoleBinding> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRoleBinding',
  resource: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  verbs: standardVerbs,
  type: 'ClusterRoleBinding',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  validate: (binding) => validateBinding(binding, ['ClusterRole']),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
};
