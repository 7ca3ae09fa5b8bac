import type { Kind } from '../kind.ts';
import type { Role } from '../types.ts';
import type { Errors } from './common/checks.ts';
import { standardVerbs } from './common/verbs.ts';
import { roleColumns } from './rbac/columns.ts';
import { checkRules, rbacGroup } from './rbac/validate.ts';

export const roles: Kind<Role> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'Role',
  resource: 'roles',
  singular: 'role',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Role',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  validate({ rules }) {
    const errors: Errors = [];
    checkRules(errors, rules ?? [], true);
    return errors;
  },
  columns: roleColumns,
};
