/**
 * One role per controller, `system:controller:NAME`, with what its loop does and no more.
 * Names and grants follow Kubernetes' controller policy where a controller of that name exists there.
 */
import type { ClusterRole, PolicyRule } from '#api/types.ts';
import { clusterRole, eventsRule, read, rule, urlRule } from './rule.ts';

const finalizersOf = (group: string, resource: string) =>
  rule('update', group, `${resource}/finalizers`);
const statusOf = (group: string, resource: string) =>
  rule('get patch update', group, `${resource}/status`);
const managePods = rule('create delete get list patch update watch', 'core', 'pods');
const history = rule('create delete get list patch update watch', 'apps', 'controllerrevisions');

const rulesByController: Readonly<Record<string, readonly PolicyRule[]>> = {
  'deployment-controller': [
    rule('get list patch update watch', 'apps', 'deployments'),
    statusOf('apps', 'deployments'),
    finalizersOf('apps', 'deployments'),
    rule('create delete get list patch update watch', 'apps', 'replicasets'),
    rule('get list update watch', 'core', 'pods'),
    eventsRule,
  ],
  'replicaset-controller': [
    rule('get list patch update watch', 'apps', 'replicasets'),
    statusOf('apps', 'replicasets'),
    finalizersOf('apps', 'replicasets'),
    managePods,
    eventsRule,
  ],
  'replication-controller': [
    rule('get list patch update watch', 'core', 'replicationcontrollers'),
    statusOf('core', 'replicationcontrollers'),
    finalizersOf('core', 'replicationcontrollers'),
    managePods,
    eventsRule,
  ],
  'daemon-set-controller': [
    rule(read, 'apps', 'daemonsets'),
    statusOf('apps', 'daemonsets'),
    finalizersOf('apps', 'daemonsets'),
    rule(read, 'core', 'nodes'),
    managePods,
    rule('create', 'core', 'pods/binding'),
    history,
    eventsRule,
  ],
  'statefulset-controller': [
    rule('get list patch update watch', 'apps', 'statefulsets'),
    statusOf('apps', 'statefulsets'),
    finalizersOf('apps', 'statefulsets'),
    managePods,
    history,
    rule('create delete get list patch update watch', 'core', 'persistentvolumeclaims'),
    eventsRule,
  ],
  'job-controller': [
    rule('get list patch update watch', 'batch', 'jobs'),
    statusOf('batch', 'jobs'),
    finalizersOf('batch', 'jobs'),
    managePods,
    eventsRule,
  ],
  'cronjob-controller': [
    rule('get list patch update watch', 'batch', 'cronjobs'),
    rule('create delete get list patch update watch', 'batch', 'jobs'),
    statusOf('batch', 'cronjobs'),
    finalizersOf('batch', 'cronjobs'),
    rule('delete list', 'core', 'pods'),
    eventsRule,
  ],
  'ttl-after-finished-controller': [rule('delete get list watch', 'batch', 'jobs'), eventsRule],
  'endpoint-controller': [
    rule(read, 'core', 'services pods nodes'),
    rule('create delete get list patch update watch', 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'),
    eventsRule,
  ],
  'endpointslice-controller': [
    rule(read, 'core', 'services pods nodes'),
    rule('update', 'core', 'services/finalizers'),
    rule('create delete get list patch update watch', 'discovery.k8s.io', 'endpointslices'),
    rule('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    eventsRule,
  ],
  'endpointslicemirroring-controller': [
    rule(read, 'core', 'services endpoints'),
    rule('update', 'core', 'services/finalizers endpoints/finalizers'),
    rule('create delete get list patch update watch', 'discovery.k8s.io', 'endpointslices'),
    rule('create', 'discovery.k8s.io', 'endpointslices/restricted'),
    eventsRule,
  ],
  'service-controller': [
    rule(read, 'core', 'services nodes'),
    rule('get patch update', 'core', 'services/status services'),
    eventsRule,
  ],
  'generic-garbage-collector': [rule('delete get list patch update watch', '*', '*'), eventsRule],
  'namespace-controller': [
    rule('delete get list watch', 'core', 'namespaces'),
    rule('update patch', 'core', 'namespaces/finalize namespaces/status'),
    rule('delete deletecollection get list', '*', '*'),
    urlRule('get', '/api /api/* /apis /apis/*'),
  ],
  'service-account-controller': [
    rule(read, 'core', 'namespaces'),
    rule('create get list watch', 'core', 'serviceaccounts'),
    eventsRule,
  ],
  'service-account-token-controller': [
    rule(read, 'core', 'serviceaccounts'),
    rule('create', 'core', 'serviceaccounts/token'),
    rule('delete get list update watch', 'core', 'secrets'),
    eventsRule,
  ],
  'root-ca-cert-publisher': [
    rule(read, 'core', 'namespaces'),
    rule('create get list patch update watch', 'core', 'configmaps'),
    eventsRule,
  ],
  'node-controller': [
    rule('delete get list patch update watch', 'core', 'nodes'),
    rule('patch update', 'core', 'nodes/status'),
    rule('delete get list patch update watch', 'core', 'pods'),
    rule('patch update', 'core', 'pods/status'),
    rule(read, 'coordination.k8s.io', 'leases'),
    rule(read, 'apps', 'daemonsets'),
    eventsRule,
  ],
  'taint-eviction-controller': [
    rule(read, 'core', 'nodes'),
    rule('delete get list watch', 'core', 'pods'),
    rule('patch update', 'core', 'pods/status'),
    eventsRule,
  ],
  'pod-garbage-collector': [
    rule('delete get list watch', 'core', 'pods'),
    rule('patch update', 'core', 'pods/status'),
    rule(read, 'core', 'nodes'),
    eventsRule,
  ],
  'ttl-controller': [rule('get list patch update watch', 'core', 'nodes'), eventsRule],
  'resourcequota-controller': [
    rule('list watch', '*', '*'),
    rule('patch update', 'core', 'resourcequotas/status'),
    eventsRule,
  ],
  'horizontal-pod-autoscaler': [
    rule(read, 'autoscaling', 'horizontalpodautoscalers'),
    statusOf('autoscaling', 'horizontalpodautoscalers'),
    rule('get patch update', '*', '*/scale'),
    rule('list watch', 'core', 'pods'),
    rule('get list', 'metrics.k8s.io', 'pods nodes'),
    rule('get list', 'custom.metrics.k8s.io', '*'),
    rule('get list', 'external.metrics.k8s.io', '*'),
    eventsRule,
  ],
  'disruption-controller': [
    rule(read, 'policy', 'poddisruptionbudgets'),
    statusOf('policy', 'poddisruptionbudgets'),
    rule(read, 'apps', 'deployments replicasets statefulsets'),
    rule(read, 'core', 'pods replicationcontrollers'),
    rule('patch update', 'core', 'pods/status'),
    rule('get', '*', '*/scale'),
    eventsRule,
  ],
  'clusterrole-aggregation-controller': [
    // It writes rules that it does not hold, which is what `escalate` is for.
    rule('escalate get list patch update watch', 'rbac.authorization.k8s.io', 'clusterroles'),
  ],
  'persistent-volume-binder': [
    rule('create delete get list patch update watch', 'core', 'persistentvolumes'),
    statusOf('core', 'persistentvolumes'),
    rule('get list patch update watch', 'core', 'persistentvolumeclaims'),
    statusOf('core', 'persistentvolumeclaims'),
    rule('create delete get list watch', 'core', 'pods'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    rule(read, 'core', 'nodes'),
    eventsRule,
  ],
  'local-path-provisioner': [
    rule('create delete get list patch update watch', 'core', 'persistentvolumes'),
    rule('get list patch update watch', 'core', 'persistentvolumeclaims'),
    statusOf('core', 'persistentvolumeclaims'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    rule(read, 'core', 'nodes pods'),
    eventsRule,
  ],
  'pvc-protection-controller': [
    rule('get list patch update watch', 'core', 'persistentvolumeclaims'),
    rule(read, 'core', 'pods'),
    eventsRule,
  ],
  'pv-protection-controller': [
    rule('get list patch update watch', 'core', 'persistentvolumes'),
    eventsRule,
  ],
  'ephemeral-volume-controller': [
    rule(read, 'core', 'pods'),
    rule('update', 'core', 'pods/finalizers'),
    rule('create get list watch', 'core', 'persistentvolumeclaims'),
    eventsRule,
  ],
  'certificate-controller': [
    rule('delete get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
    rule(
      'update',
      'certificates.k8s.io',
      'certificatesigningrequests/approval certificatesigningrequests/status',
    ),
    rule('approve sign', 'certificates.k8s.io', 'signers', [
      'kubernetes.io/kube-apiserver-client',
      'kubernetes.io/kube-apiserver-client-kubelet',
      'kubernetes.io/kubelet-serving',
      'kubernetes.io/legacy-unknown',
    ]),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
    eventsRule,
  ],
};

export const controllerNames: readonly string[] = Object.keys(rulesByController);

export const controllerRoles: readonly ClusterRole[] = Object.entries(rulesByController).map(
  ([name, rules]) => clusterRole(`system:controller:${name}`, rules),
);
