/** What every node may do beside what the graph of its pods decides. Source: Kubernetes' `NodeRules`. */
import type { PolicyRule } from '#api/types.ts';
import { eventsRule, read, rule } from './rule.ts';

export const nodeRules: readonly PolicyRule[] = [
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  rule(read, 'core', 'services'),
  rule('create get list watch', 'core', 'nodes'),
  rule('patch update', 'core', 'nodes nodes/status'),
  eventsRule,
  rule(read, 'core', 'pods'),
  rule('create delete', 'core', 'pods'),
  rule('patch update', 'core', 'pods/status'),
  rule('create', 'core', 'pods/eviction'),
  rule('get list watch', 'core', 'configmaps secrets'),
  rule('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  rule('get patch update', 'core', 'persistentvolumeclaims/status'),
  rule('create', 'core', 'serviceaccounts/token'),
  rule('get', 'core', 'serviceaccounts'),
  rule('get', 'storage.k8s.io', 'volumeattachments'),
  rule(read, 'storage.k8s.io', 'csidrivers'),
  rule('create delete get patch update', 'storage.k8s.io', 'csinodes'),
  rule('create delete get patch update', 'coordination.k8s.io', 'leases'),
  rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  rule(read, 'node.k8s.io', 'runtimeclasses'),
  rule('get', 'resource.k8s.io', 'resourceclaims'),
  rule(
    'create delete deletecollection get list patch update watch',
    'resource.k8s.io',
    'resourceslices',
  ),
];
