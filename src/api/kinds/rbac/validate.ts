/** Source: Kubernetes API reference, rbac/v1; pkg/apis/rbac/validation. */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '../../names.ts';
import type { PolicyRule, RoleRef, Subject } from '../../types.ts';
import { checkFormat, type Errors, sameValue } from '../common/checks.ts';

export const rbacGroup = 'rbac.authorization.k8s.io';

export function checkRules(
  errors: Errors,
  rules: readonly PolicyRule[],
  isNamespaced: boolean,
): void {
  for (const [index, rule] of rules.entries()) {
    checkRule(errors, `rules[${index}]`, rule, isNamespaced);
  }
}

function checkRule(errors: Errors, path: string, rule: PolicyRule, isNamespaced: boolean): void {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (!rule.verbs?.length) {
    errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'));
  }
  if (nonResourceURLs.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (isNamespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalid(at, nonResourceURLs, detail));
    }
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(at, nonResourceURLs, detail));
    }
    return;
  }
  if (apiGroups.length === 0) {
    const detail = 'resource rules must supply at least one api group';
    errors.push(required(`${path}.apiGroups`, detail));
  }
  if (resources.length === 0) {
    const detail = 'resource rules must supply at least one resource';
    errors.push(required(`${path}.resources`, detail));
  }
}

/** A binding of either scope. */
interface Binding {
  roleRef?: RoleRef;
  subjects?: Subject[] | undefined;
}

/** Who is bound by name alone is a user or group of the cluster, or a service account. */
export function defaultBinding(binding: Binding): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= rbacGroup;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= rbacGroup;
  }
}

export function validateBinding(
  { roleRef, subjects = [] }: Binding,
  roleKinds: readonly string[],
): FieldError[] {
  const errors: Errors = [];
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {};
  if (apiGroup !== rbacGroup) {
    errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]));
  }
  if (!roleKinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, roleKinds));
  if (name === '') errors.push(required('roleRef.name'));
  else checkFormat(errors, 'roleRef.name', name, isPathSegmentName(name));
  const isNamespaced = roleKinds.includes('Role');
  for (const [index, subject] of subjects.entries()) {
    checkSubject(errors, `subjects[${index}]`, subject, isNamespaced);
  }
  return errors;
}

function checkSubject(
  errors: Errors,
  path: string,
  { kind = '', apiGroup = '', name = '', namespace }: Subject,
  isNamespaced: boolean,
): void {
  if (name === '') errors.push(required(`${path}.name`));
  if (kind === 'ServiceAccount') {
    if (name !== '') checkFormat(errors, `${path}.name`, name, isDNS1123Subdomain(name));
    if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']));
    if (!isNamespaced && !namespace) errors.push(required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) {
      errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]));
    }
  } else {
    errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']));
  }
}

/** Who may grant one role must not turn the binding into another's. */
export function validateBindingUpdate(next: Binding, previous: Binding): FieldError[] {
  if (sameValue(next.roleRef, previous.roleRef)) return [];
  return [invalid('roleRef', next.roleRef, 'cannot change roleRef')];
}
