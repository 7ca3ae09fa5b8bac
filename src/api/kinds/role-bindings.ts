import type { Kind } from '../kind.ts';
import type { RoleBinding } from '../types.ts';
import { standardVerbs } from './common/verbs.ts';
import { bindingColumns } from './rbac/columns.ts';
import {
  defaultBinding,
  rbacGroup,
  validateBinding,
  validateBindingUpdate,
} from './rbac/validate.ts';

export const roleBindings: Kind<RoleBinding> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  singular: 'rolebinding',
  namespaced: true,
  verbs: standardVerbs,
  type: 'RoleBinding',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  defaults: defaultBinding,
  validate: (binding) => validateBinding(binding, ['Role', 'ClusterRole']),
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns,
};
