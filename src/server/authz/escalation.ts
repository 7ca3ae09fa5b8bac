/**
 * Nobody gives away more than they have: writing a role needs its rights (or `escalate`), binding
 * one needs them too (or `bind`). Source: Kubernetes' RBAC "privilege escalation prevention".
 */
import { deepEqual } from '#api/copy.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '#api/types.ts';
import type { AdmissionRequest, AdmissionStep } from '../admission/admission.ts';
import { forbidden, notFound } from '../core/errors.ts';
import type { Authorization } from './authorization.ts';
import { describeRule, uncovered } from './rules.ts';

const rbacGroup = 'rbac.authorization.k8s.io';
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export function escalationCheck(authorization: Authorization): AdmissionStep {
  return {
    name: 'RBACEscalation',
    validate: (request) => {
      const { kind, object, user, subresource } = request;
      if (kind.group !== rbacGroup || !object || subresource) return;
      if (user.groups.includes('system:masters')) return;
      if (kind.kind === 'Role' || kind.kind === 'ClusterRole') {
        checkRole(authorization, request, object as Role | ClusterRole);
      } else checkBinding(authorization, request, object as RoleBinding | ClusterRoleBinding);
    },
  };
}

function checkRole(
  authorization: Authorization,
  request: AdmissionRequest,
  role: Role | ClusterRole,
): void {
  const previous = request.previous as Role | ClusterRole | undefined;
  const aggregation = 'aggregationRule' in role ? role.aggregationRule : undefined;
  const before = previous && 'aggregationRule' in previous ? previous.aggregationRule : undefined;
  if (
    previous &&
    deepEqual(previous.rules ?? [], role.rules ?? []) &&
    deepEqual(before, aggregation)
  )
    return;
  if (may(authorization, request, 'escalate', request.kind.resource, role.metadata.name)) return;
  if (aggregation && lacking(authorization, request, everything).length > 0) {
    const why = 'must have cluster-admin privileges to use the aggregationRule';
    throw forbidden(request.kind, role.metadata.name, why);
  }
  mustHold(authorization, request, role.metadata.name, role.rules ?? []);
}

function checkBinding(
  authorization: Authorization,
  request: AdmissionRequest,
  binding: RoleBinding | ClusterRoleBinding,
): void {
  const previous = request.previous as RoleBinding | ClusterRoleBinding | undefined;
  const { roleRef, metadata } = binding;
  const unchanged =
    previous &&
    deepEqual(previous.roleRef, roleRef) &&
    deepEqual(previous.subjects ?? [], binding.subjects ?? []);
  if (unchanged) return;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (may(authorization, request, 'bind', resource, roleRef.name)) return;
  const rules = authorization.rbac.roleRules(roleRef, metadata.namespace);
  if (!rules) throw notFound({ group: rbacGroup, resource, kind: roleRef.kind }, roleRef.name);
  mustHold(authorization, request, metadata.name, rules);
}

function may(
  authorization: Authorization,
  { user, namespace }: AdmissionRequest,
  verb: string,
  resource: string,
  name: string,
): boolean {
  const question = { user, verb, resource: { group: rbacGroup, resource, namespace, name } };
  return authorization.authorize(question).allowed;
}

function lacking(
  authorization: Authorization,
  { user, namespace }: AdmissionRequest,
  wanted: readonly PolicyRule[],
): PolicyRule[] {
  return uncovered(authorization.rbac.rulesFor(user, namespace).rules, wanted);
}

function mustHold(
  authorization: Authorization,
  request: AdmissionRequest,
  name: string,
  wanted: readonly PolicyRule[],
): void {
  const missing = lacking(authorization, request, wanted);
  if (missing.length === 0) return;
  const { user } = request;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const lines = [...new Set(missing.map(describeRule))].sort().join('\n');
  const why = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines}`;
  throw forbidden(request.kind, name, why);
}
