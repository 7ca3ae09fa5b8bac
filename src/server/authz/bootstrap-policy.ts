/** The roles and bindings that a new cluster has. Data only; `bootstrap.ts` brings it in. */
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '#api/types.ts';
import { componentRoles } from './policy/component-roles.ts';
import { controllerNames, controllerRoles } from './policy/controller-roles.ts';
import { clusterRoleBinding, group, serviceAccount, user } from './policy/rule.ts';
import { userRoles } from './policy/user-roles.ts';

export interface BootstrapPolicy {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

const everybody = [group('system:authenticated'), group('system:unauthenticated')];

export const bootstrapPolicy: BootstrapPolicy = {
  clusterRoles: [...userRoles, ...componentRoles, ...controllerRoles],
  clusterRoleBindings: [
    clusterRoleBinding('cluster-admin', 'cluster-admin', [group('system:masters')]),
    clusterRoleBinding('system:monitoring', 'system:monitoring', [group('system:monitoring')]),
    clusterRoleBinding('system:discovery', 'system:discovery', [group('system:authenticated')]),
    clusterRoleBinding('system:basic-user', 'system:basic-user', [group('system:authenticated')]),
    clusterRoleBinding('system:public-info-viewer', 'system:public-info-viewer', everybody),
    clusterRoleBinding(
      'system:service-account-issuer-discovery',
      'system:service-account-issuer-discovery',
      [group('system:serviceaccounts')],
    ),
    clusterRoleBinding('system:node', 'system:node', []),
    clusterRoleBinding('system:node-proxier', 'system:node-proxier', [user('system:kube-proxy')]),
    clusterRoleBinding('system:kube-scheduler', 'system:kube-scheduler', [
      user('system:kube-scheduler'),
    ]),
    clusterRoleBinding('system:kube-controller-manager', 'system:kube-controller-manager', [
      user('system:kube-controller-manager'),
    ]),
    clusterRoleBinding('system:kube-dns', 'system:kube-dns', [
      serviceAccount('kube-system', 'kube-dns'),
    ]),
    clusterRoleBinding('system:gantry:traffic', 'system:gantry:traffic', [
      user('system:gantry:traffic'),
    ]),
    // In our processes a loop is the user; the account of the same name is for one run elsewhere.
    ...controllerNames.map((name) =>
      clusterRoleBinding(`system:controller:${name}`, `system:controller:${name}`, [
        user(`system:controller:${name}`),
        serviceAccount('kube-system', name),
      ]),
    ),
  ],
  roles: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'extension-apiserver-authentication-reader', namespace: 'kube-system' },
      rules: [
        {
          verbs: ['get', 'list', 'watch'],
          apiGroups: [''],
          resources: ['configmaps'],
          resourceNames: ['extension-apiserver-authentication'],
        },
      ],
    },
  ],
  roleBindings: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: {
        name: 'system::extension-apiserver-authentication-reader',
        namespace: 'kube-system',
      },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: 'extension-apiserver-authentication-reader',
      },
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    },
  ],
};
