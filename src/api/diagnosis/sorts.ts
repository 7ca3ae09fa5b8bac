/** The kinds of objects that a diagnosis reads, and the words by which people name them. */
import type {
  ConfigMap,
  CronJob,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Event,
  HorizontalPodAutoscaler,
  Ingress,
  IngressClass,
  Job,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
} from '../types.ts';

export interface Objects {
  configmap: ConfigMap;
  cronjob: CronJob;
  daemonset: DaemonSet;
  deployment: Deployment;
  endpointslice: EndpointSlice;
  event: Event;
  horizontalpodautoscaler: HorizontalPodAutoscaler;
  ingress: Ingress;
  ingressclass: IngressClass;
  job: Job;
  namespace: Namespace;
  node: Node;
  persistentvolume: PersistentVolume;
  persistentvolumeclaim: PersistentVolumeClaim;
  pod: Pod;
  poddisruptionbudget: PodDisruptionBudget;
  replicaset: ReplicaSet;
  replicationcontroller: ReplicationController;
  secret: Secret;
  service: Service;
  serviceaccount: ServiceAccount;
  statefulset: StatefulSet;
  storageclass: StorageClass;
}

export type SortName = keyof Objects;

export interface Sort {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
}

const sort = (
  apiVersion: string,
  resource: string,
  kind: string,
  shortNames: readonly string[] = [],
  namespaced = true,
): Sort => {
  const [first = '', second] = apiVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  return { group, version, resource, kind, namespaced, shortNames };
};

export const sorts: Readonly<Record<SortName, Sort>> = {
  configmap: sort('v1', 'configmaps', 'ConfigMap', ['cm']),
  cronjob: sort('batch/v1', 'cronjobs', 'CronJob', ['cj']),
  daemonset: sort('apps/v1', 'daemonsets', 'DaemonSet', ['ds']),
  deployment: sort('apps/v1', 'deployments', 'Deployment', ['deploy']),
  endpointslice: sort('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  event: sort('v1', 'events', 'Event', ['ev']),
  horizontalpodautoscaler: sort(
    'autoscaling/v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    ['hpa'],
  ),
  ingress: sort('networking.k8s.io/v1', 'ingresses', 'Ingress', ['ing']),
  ingressclass: sort('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', [], false),
  job: sort('batch/v1', 'jobs', 'Job'),
  namespace: sort('v1', 'namespaces', 'Namespace', ['ns'], false),
  node: sort('v1', 'nodes', 'Node', ['no'], false),
  persistentvolume: sort('v1', 'persistentvolumes', 'PersistentVolume', ['pv'], false),
  persistentvolumeclaim: sort('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['pvc']),
  pod: sort('v1', 'pods', 'Pod', ['po']),
  poddisruptionbudget: sort('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', ['pdb']),
  replicaset: sort('apps/v1', 'replicasets', 'ReplicaSet', ['rs']),
  replicationcontroller: sort('v1', 'replicationcontrollers', 'ReplicationController', ['rc']),
  secret: sort('v1', 'secrets', 'Secret'),
  service: sort('v1', 'services', 'Service', ['svc']),
  serviceaccount: sort('v1', 'serviceaccounts', 'ServiceAccount', ['sa']),
  statefulset: sort('apps/v1', 'statefulsets', 'StatefulSet', ['sts']),
  storageclass: sort('storage.k8s.io/v1', 'storageclasses', 'StorageClass', ['sc'], false),
};

/** `deploy`, `Deployment`, `deployments`, `deployments.apps` → `deployment`. */
export function sortNamed(word: string): SortName | undefined {
  const [plain = ''] = word.toLowerCase().split('.');
  return (Object.keys(sorts) as SortName[]).find((name) => {
    const { resource, shortNames } = sorts[name];
    return name === plain || resource === plain || shortNames.includes(plain);
  });
}
