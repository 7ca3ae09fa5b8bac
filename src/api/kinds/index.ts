/** Every built-in kind, and the one list that discovery, OpenAPI and the server's routes read. */
import type { Kind } from '../kind.ts';
import { autoscalingV1HorizontalPodAutoscalers } from './autoscaling-v1-horizontal-pod-autoscalers.ts';
import { cronJobs } from './cron-jobs.ts';
import { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts';
import { jobs } from './jobs.ts';
import { limitRanges } from './limit-ranges.ts';
import { podDisruptionBudgets } from './pod-disruption-budgets.ts';
import { resourceQuotas } from './resource-quotas.ts';
import { certificateSigningRequests } from './certificate-signing-requests.ts';
import { clusterRoleBindings } from './cluster-role-bindings.ts';
import { clusterRoles } from './cluster-roles.ts';
import { componentStatuses } from './component-statuses.ts';
import { configMaps } from './config-maps.ts';
import { csiDrivers } from './csi-drivers.ts';
import { csiNodes } from './csi-nodes.ts';
import { controllerRevisions } from './controller-revisions.ts';
import { daemonSets } from './daemon-sets.ts';
import { deployments } from './deployments.ts';
import { endpointSlices } from './endpoint-slices.ts';
import { endpoints } from './endpoints.ts';
import { events } from './events.ts';
import { eventsV1Events } from './events-v1-events.ts';
import { ingressClasses } from './ingress-classes.ts';
import { ingresses } from './ingresses.ts';
import { leases } from './leases.ts';
import { nodeMetrics, podMetrics } from './metrics.ts';
import { localSubjectAccessReviews } from './local-subject-access-reviews.ts';
import { namespaces } from './namespaces.ts';
import { networkPolicies } from './network-policies.ts';
import { nodes } from './nodes.ts';
import { persistentVolumeClaims } from './persistent-volume-claims.ts';
import { persistentVolumes } from './persistent-volumes.ts';
import { podTemplates } from './pod-templates.ts';
import { pods } from './pods.ts';
import { priorityClasses } from './priority-classes.ts';
import { replicaSets } from './replica-sets.ts';
import { replicationControllers } from './replication-controllers.ts';
import { roleBindings } from './role-bindings.ts';
import { roles } from './roles.ts';
import { runtimeClasses } from './runtime-classes.ts';
import { secrets } from './secrets.ts';
import { selfSubjectAccessReviews } from './self-subject-access-reviews.ts';
import { selfSubjectReviews } from './self-subject-reviews.ts';
import { selfSubjectRulesReviews } from './self-subject-rules-reviews.ts';
import { serviceAccounts } from './service-accounts.ts';
import { services } from './services.ts';
import { storageClasses } from './storage-classes.ts';
import { statefulSets } from './stateful-sets.ts';
import { subjectAccessReviews } from './subject-access-reviews.ts';
import { tokenReviews } from './token-reviews.ts';
import { volumeAttachments } from './volume-attachments.ts';

export {
  namespaces,
  nodes,
  pods,
  services,
  endpoints,
  endpointSlices,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  eventsV1Events,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  controllerRevisions,
  replicationControllers,
  podTemplates,
  jobs,
  cronJobs,
  horizontalPodAutoscalers,
  autoscalingV1HorizontalPodAutoscalers,
  podDisruptionBudgets,
  limitRanges,
  resourceQuotas,
  nodeMetrics,
  podMetrics,
  componentStatuses,
  ingresses,
  ingressClasses,
  networkPolicies,
  persistentVolumes,
  persistentVolumeClaims,
  storageClasses,
  csiDrivers,
  csiNodes,
  volumeAttachments,
  leases,
  certificateSigningRequests,
  priorityClasses,
  runtimeClasses,
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
  tokenReviews,
  selfSubjectReviews,
  subjectAccessReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
};

export const allKinds: readonly Kind[] = [
  namespaces,
  nodes,
  pods,
  services,
  endpoints,
  endpointSlices,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  eventsV1Events,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  controllerRevisions,
  replicationControllers,
  podTemplates,
  jobs,
  cronJobs,
  horizontalPodAutoscalers,
  autoscalingV1HorizontalPodAutoscalers,
  podDisruptionBudgets,
  limitRanges,
  resourceQuotas,
  nodeMetrics,
  podMetrics,
  componentStatuses,
  ingresses,
  ingressClasses,
  networkPolicies,
  persistentVolumes,
  persistentVolumeClaims,
  storageClasses,
  csiDrivers,
  csiNodes,
  volumeAttachments,
  leases,
  certificateSigningRequests,
  priorityClasses,
  runtimeClasses,
  roles,
  roleBindings,
  clusterRoles,
  clusterRoleBindings,
  tokenReviews,
  selfSubjectReviews,
  subjectAccessReviews,
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
];
