/** The roles of the parts that are not controllers: scheduler, nodes, traffic, and delegated checks. */
import type { ClusterRole } from '#api/types.ts';
import { nodeRules } from './node.ts';
import { clusterRole, eventsRule, read, rule, urlRule } from './rule.ts';

export const componentRoles: readonly ClusterRole[] = [
  // Bound to nobody: nodes are judged by the node authorizer. Kept for those who look it up.
  clusterRole('system:node', nodeRules),
  clusterRole('system:kube-scheduler', [
    eventsRule,
    rule('create', 'coordination.k8s.io', 'leases'),
    rule('get list update watch', 'coordination.k8s.io', 'leases', ['kube-scheduler']),
    rule(read, 'core', 'nodes namespaces services replicationcontrollers'),
    rule('delete get list watch', 'core', 'pods'),
    rule('create', 'core', 'bindings pods/binding'),
    rule('patch update', 'core', 'pods/status'),
    rule(read, 'apps', 'replicasets statefulsets'),
    rule(read, 'policy', 'poddisruptionbudgets'),
    rule('get list patch update watch', 'core', 'persistentvolumeclaims persistentvolumes'),
    rule(
      read,
      'storage.k8s.io',
      'csidrivers csinodes csistoragecapacities storageclasses volumeattachments',
    ),
    rule(read, 'scheduling.k8s.io', 'priorityclasses'),
    rule(read, 'resource.k8s.io', 'deviceclasses resourceslices'),
    rule('get list patch update watch', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
    rule('create', 'authentication.k8s.io', 'tokenreviews'),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
  // For a scheduler of one's own, beside the role above.
  clusterRole('system:volume-scheduler', [
    rule('get list patch update watch', 'core', 'persistentvolumes persistentvolumeclaims'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
  ]),
  clusterRole('system:kube-controller-manager', [
    eventsRule,
    rule('create', 'coordination.k8s.io', 'leases'),
    rule('get list update watch', 'coordination.k8s.io', 'leases', ['kube-controller-manager']),
    rule('create get update', 'core', 'serviceaccounts'),
    rule('create', 'core', 'serviceaccounts/token'),
    rule('list watch', '*', '*'),
    rule('create', 'authentication.k8s.io', 'tokenreviews'),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
  clusterRole('system:gantry:traffic', [
    eventsRule,
    rule(read, 'core', 'services endpoints nodes namespaces pods'),
    rule(read, 'discovery.k8s.io', 'endpointslices'),
    rule(read, 'networking.k8s.io', 'ingresses ingressclasses networkpolicies servicecidrs'),
    rule('patch update', 'networking.k8s.io', 'ingresses/status'),
    rule('patch update', 'core', 'services/status'),
    // Certificates that Ingresses name; they may lie in any namespace.
    rule(read, 'core', 'secrets configmaps'),
  ]),
  clusterRole('system:kube-dns', [rule('list watch', 'core', 'endpoints services')]),
  clusterRole('system:auth-delegator', [
    rule('create', 'authentication.k8s.io', 'tokenreviews'),
    rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  ]),
  clusterRole('system:node-proxier', [
    eventsRule,
    rule('list watch', 'core', 'endpoints services'),
    rule(read, 'core', 'nodes'),
    rule('list watch', 'discovery.k8s.io', 'endpointslices'),
    rule(read, 'networking.k8s.io', 'servicecidrs'),
  ]),
  clusterRole('system:node-bootstrapper', [
    rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  ]),
  clusterRole('system:node-problem-detector', [
    rule('get', 'core', 'nodes'),
    rule('patch', 'core', 'nodes/status'),
    eventsRule,
  ]),
  clusterRole('system:kubelet-api-admin', [
    rule('get list proxy watch', 'core', 'nodes'),
    rule('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
  ]),
  ...[
    'kube-apiserver-client',
    'kube-apiserver-client-kubelet',
    'kubelet-serving',
    'legacy-unknown',
  ].map((signer) =>
    clusterRole(`system:certificates.k8s.io:${signer}-approver`, [
      rule('approve', 'certificates.k8s.io', 'signers', [`kubernetes.io/${signer}`]),
    ]),
  ),
  clusterRole('system:persistent-volume-provisioner', [
    rule('create delete get list watch', 'core', 'persistentvolumes'),
    rule('get list update watch', 'core', 'persistentvolumeclaims'),
    rule(read, 'storage.k8s.io', 'storageclasses'),
    eventsRule,
  ]),
  clusterRole('system:service-account-issuer-discovery', [
    urlRule(
      'get',
      '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
    ),
  ]),
];
