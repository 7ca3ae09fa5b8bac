/**
 * The roles that people bind: cluster-admin, admin, edit, view and the small ones for everybody.
 * `admin`, `edit` and `view` are unions, so that a custom resource can join them with a label.
 * Source: Kubernetes' documentation "Using RBAC Authorization", default roles and role bindings.
 */
import type { ClusterRole, PolicyRule } from '#api/types.ts';
import { aggregatedRole, clusterRole, read, rule, urlRule, write } from './rule.ts';

const toAdmin = 'rbac.authorization.k8s.io/aggregate-to-admin';
const toEdit = 'rbac.authorization.k8s.io/aggregate-to-edit';
const toView = 'rbac.authorization.k8s.io/aggregate-to-view';

const adminRules: readonly PolicyRule[] = [
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule(
    'create delete deletecollection get list patch update watch',
    'rbac.authorization.k8s.io',
    'rolebindings roles',
  ),
];

const workloads =
  'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';

const editRules: readonly PolicyRule[] = [
  rule(read, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  rule('impersonate', 'core', 'serviceaccounts'),
  rule(write, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  rule('create', 'core', 'pods/eviction'),
  rule(
    write,
    'core',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  rule('create', 'core', 'serviceaccounts/token'),
  rule(write, 'apps', workloads),
  rule(write, 'autoscaling', 'horizontalpodautoscalers'),
  rule(write, 'batch', 'cronjobs jobs'),
  rule(write, 'networking.k8s.io', 'ingresses networkpolicies'),
  rule(write, 'policy', 'poddisruptionbudgets'),
  rule(write, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
  rule(
    'create delete deletecollection get list patch update watch',
    'coordination.k8s.io',
    'leases',
  ),
];

/** No Secrets: whoever reads them becomes every service account of the namespace. */
const viewRules: readonly PolicyRule[] = [
  rule(
    read,
    'core',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale replicationcontrollers/status serviceaccounts services services/status',
  ),
  rule(
    read,
    'core',
    'bindings events limitranges namespaces/status pods/log pods/status resourcequotas resourcequotas/status',
  ),
  rule(read, 'core', 'namespaces'),
  rule(read, 'discovery.k8s.io', 'endpointslices'),
  rule(
    read,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  rule(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  rule(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  rule(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(read, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const discoveryUrls =
  '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/';

export const userRoles: readonly ClusterRole[] = [
  clusterRole('cluster-admin', [rule('*', '*', '*'), urlRule('*', '*')]),
  aggregatedRole('admin', toAdmin),
  aggregatedRole('edit', toEdit, { [toAdmin]: 'true' }),
  aggregatedRole('view', toView, { [toEdit]: 'true' }),
  clusterRole('system:aggregate-to-admin', adminRules, { [toAdmin]: 'true' }),
  clusterRole('system:aggregate-to-edit', editRules, { [toEdit]: 'true' }),
  clusterRole('system:aggregate-to-view', viewRules, { [toView]: 'true' }),
  clusterRole('system:aggregated-metrics-reader', [rule(read, 'metrics.k8s.io', 'nodes pods')], {
    [toAdmin]: 'true',
    [toEdit]: 'true',
    [toView]: 'true',
  }),
  clusterRole('system:discovery', [urlRule('get', discoveryUrls)]),
  clusterRole('system:public-info-viewer', [
    urlRule('get', '/healthz /livez /readyz /version /version/'),
  ]),
  clusterRole('system:monitoring', [
    urlRule('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'),
  ]),
  clusterRole('system:basic-user', [
    rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ]),
];
