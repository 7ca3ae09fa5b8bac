import { type FieldError, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { ClusterRole } from '../types.ts';
import type { Errors } from './common/checks.ts';
import { checkLabelSelector } from './common/label-selectors.ts';
import { standardVerbs } from './common/verbs.ts';
import { roleColumns } from './rbac/columns.ts';
import { checkRules, rbacGroup } from './rbac/validate.ts';

export const clusterRoles: Kind<ClusterRole> = {
  group: rbacGroup,
  version: 'v1',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  verbs: standardVerbs,
  type: 'ClusterRole',
  createOnUpdate: true,
  nameRule: 'pathSegment',
  validate,
  columns: roleColumns,
};

function validate({ rules, aggregationRule }: ClusterRole): FieldError[] {
  const errors: Errors = [];
  checkRules(errors, rules ?? [], false);
  if (!aggregationRule) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
    errors.push(required(path, detail));
  }
  for (const [index, selector] of selectors.entries()) {
    checkLabelSelector(errors, `${path}[${index}]`, selector);
  }
  return errors;
}
