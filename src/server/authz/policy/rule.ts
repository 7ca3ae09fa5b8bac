/** Short forms for policy written as data. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '#api/types.ts';

export const read = ['get', 'list', 'watch'] as const;
export const write = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** `rule('get list', 'apps', 'deployments replicasets')`; `core` is the group without a name. */
export function rule(
  verbs: string | readonly string[],
  groups: string,
  resources: string,
  resourceNames?: readonly string[],
): PolicyRule {
  return {
    verbs: typeof verbs === 'string' ? verbs.split(' ') : [...verbs],
    apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(' '),
    ...(resourceNames ? { resourceNames: [...resourceNames] } : {}),
  };
}

export function urlRule(verbs: string, urls: string): PolicyRule {
  return { verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') };
}

/** Recorders write events under both of their groups. */
export const eventsRule: PolicyRule = rule('create patch update', 'core events.k8s.io', 'events');

const bootstrapMarks = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

export function clusterRole(
  name: string,
  rules: readonly PolicyRule[],
  labels: Readonly<Record<string, string>> = {},
): ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: {
      name,
      annotations: { ...bootstrapMarks.annotations },
      labels: { ...bootstrapMarks.labels, ...labels },
    },
    rules: rules.map((each) => ({ ...each })),
  };
}

/** A role whose rules are the union of the roles that carry the label. */
export function aggregatedRole(
  name: string,
  label: string,
  labels?: Record<string, string>,
): ClusterRole {
  return {
    ...clusterRole(name, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
  };
}

export function group(name: string): Subject {
  return { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name };
}

export function user(name: string): Subject {
  return { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name };
}

export function serviceAccount(namespace: string, name: string): Subject {
  return { kind: 'ServiceAccount', namespace, name };
}

export function clusterRoleBinding(
  name: string,
  role: string,
  subjects: readonly Subject[],
): ClusterRoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: {
      name,
      annotations: { ...bootstrapMarks.annotations },
      labels: { ...bootstrapMarks.labels },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [...subjects],
  };
}
