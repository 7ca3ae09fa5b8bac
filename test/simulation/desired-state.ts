/** What must be reached when nothing goes wrong any more. Answers what is missing, in words. */
import {
  controllerRevisions,
  cronJobs,
  daemonSets,
  deployments,
  endpoints,
  endpointSlices,
  horizontalPodAutoscalers,
  jobs,
  namespaces,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type {
  DaemonSet,
  Deployment,
  Job,
  Pod,
  Service,
  StatefulSet,
  PersistentVolumeClaim,
} from '#api/types.ts';
import { millisOf } from '#api/quantity.ts';
import { cpuShares } from '#node/config/resources.ts';
import { ofAutoscaler } from './autoscaler-checks.ts';
import { ofBudget } from './budget-checks.ts';
import type { SimulatedCluster } from './cluster.ts';
import { ofCronJob } from './cron-checks.ts';
import { isDone, isInfeasible, isReady, ownerOf, replicasOf } from './reading.ts';
import type { Ledger } from './ledger.ts';

export function missing(cluster: SimulatedCluster): string[] {
  const { ledger } = cluster;
  return [
    ...ledger.list(namespaces).flatMap(ofNamespace),
    ...ledger.list(deployments).flatMap((app) => ofDeployment(app, ledger)),
    ...ledger.list(statefulSets).flatMap((set) => ofStatefulSet(set, ledger)),
    ...ledger.list(daemonSets).flatMap((set) => ofDaemonSet(set, cluster)),
    ...ledger.list(jobs).flatMap((job) => [...ofJob(job, ledger), ...ofOwner(job, ledger)]),
    ...ledger.list(cronJobs).flatMap((cronJob) => ofCronJob(cronJob, ledger)),
    ...ledger.list(horizontalPodAutoscalers).flatMap((one) => ofAutoscaler(one, ledger)),
    ...ledger.list(podDisruptionBudgets).flatMap((budget) => ofBudget(budget, ledger)),
    ...ledger.list(pods).flatMap((pod) => ofPod(pod, ledger)),
    ...ledger.list(controllerRevisions).flatMap((revision) => ofOwner(revision, ledger)),
    ...ledger.list(replicaSets).flatMap((set) => ofOwner(set, ledger)),
    ...ledger.list(services).flatMap((service) => ofService(service, ledger)),
    ...ledger.list(endpointSlices).flatMap((slice) => ofOwner(slice, ledger)),
    ...ofStorage(cluster),
    ...ofNodes(cluster),
    ...ofMachines(cluster),
    ...ofLoops(cluster),
  ];
}

const known = ({ metadata: { namespace, name } }: KubeObject): string => `${namespace}/${name}`;

function ofNamespace({ metadata: { name, deletionTimestamp } }: KubeObject): string[] {
  return deletionTimestamp ? [`namespace ${name} is being deleted`] : [];
}

function ofDeployment(app: Deployment, ledger: Ledger): string[] {
  const name = `deployment ${known(app)}`;
  if (app.metadata.deletionTimestamp) return [`${name} is being deleted`];
  const wanted = replicasOf(app);
  const status = app.status ?? {};
  const { observedGeneration, unavailableReplicas = 0, terminatingReplicas = 0 } = status;
  const counts = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;
  const complaints = counts
    .filter((count) => (status[count] ?? 0) !== wanted)
    .map((count) => `${name}: ${count} is ${status[count] ?? 0}, not ${wanted}`);
  if (status.conditions?.some(({ type }) => type === 'ReplicaFailure')) {
    complaints.push(`${name} still says that it cannot make pods`);
  }
  if (unavailableReplicas > 0) complaints.push(`${name}: ${unavailableReplicas} unavailable`);
  if (terminatingReplicas > 0) complaints.push(`${name}: ${terminatingReplicas} terminating`);
  if (observedGeneration !== app.metadata.generation) complaints.push(`${name} was not observed`);
  const images = imagesOf(app.spec.template.spec);
  const own = ledger.list(pods).filter(({ metadata: { namespace, labels } }) => {
    return namespace === app.metadata.namespace && labels?.['app'] === app.metadata.name;
  });
  const current = own.filter(
    (pod) => ownerOf(pod) && !isDone(pod) && imagesOf(pod.spec) === images,
  );
  if (current.length !== wanted) {
    complaints.push(`${name}: ${current.length} pods of the newest template, not ${wanted}`);
  }
  return complaints;
}

/** One pod for each ordinal, of the newest template from the partition on. */
function ofStatefulSet(set: StatefulSet, ledger: Ledger): string[] {
  const name = `stateful set ${known(set)}`;
  if (set.metadata.deletionTimestamp) return [`${name} is being deleted`];
  const { ordinals, template, updateStrategy } = set.spec;
  const wanted = replicasOf(set);
  const start = ordinals?.start ?? 0;
  const partition = start + (updateStrategy?.rollingUpdate?.partition ?? 0);
  const own = ledger.list(pods).filter((pod) => ownerOf(pod) === set.metadata.uid);
  const found = new Map(own.map((pod) => [pod.metadata.name, pod]));
  const complaints = found.size === wanted ? [] : [`${name} has ${found.size} pods, not ${wanted}`];
  for (let ordinal = start; ordinal < start + wanted; ordinal++) {
    const pod = found.get(`${set.metadata.name}-${ordinal}`);
    if (!pod) complaints.push(`${name} has no pod ${ordinal}`);
    else if (ordinal >= partition && imagesOf(pod.spec) !== imagesOf(template.spec)) {
      complaints.push(`${name}: pod ${ordinal} is not of the newest template`);
    }
  }
  const status = set.status ?? { replicas: 0 };
  for (const count of ['replicas', 'readyReplicas', 'availableReplicas'] as const) {
    const value = status[count] ?? 0;
    if (value !== wanted) complaints.push(`${name}: ${count} is ${value}, not ${wanted}`);
  }
  if (status.observedGeneration !== set.metadata.generation) {
    complaints.push(`${name} was not observed`);
  }
  return complaints;
}

/** One pod of the newest template on each node. */
function ofDaemonSet(set: DaemonSet, { ledger, nodes: processes }: SimulatedCluster): string[] {
  const name = `daemon set ${known(set)}`;
  if (set.metadata.deletionTimestamp) return [`${name} is being deleted`];
  const own = ledger.list(pods).filter((pod) => ownerOf(pod) === set.metadata.uid);
  const complaints = processes.flatMap(({ name: node }) => {
    const there = own.filter(({ spec }) => spec.nodeName === node);
    const images = there.map(({ spec }) => imagesOf(spec)).join(', ');
    return images === imagesOf(set.spec.template.spec)
      ? []
      : [`${name} has ${there.length} pods on ${node}: ${images}`];
  });
  const { observedGeneration, numberAvailable = 0, updatedNumberScheduled } = set.status ?? {};
  if (numberAvailable !== processes.length)
    complaints.push(`${name}: ${numberAvailable} available`);
  if (updatedNumberScheduled !== processes.length) complaints.push(`${name} is not up to date`);
  if (observedGeneration !== set.metadata.generation) complaints.push(`${name} was not observed`);
  return complaints;
}

function imagesOf(spec: Pod['spec'] | undefined): string {
  return (spec?.containers ?? []).map(({ image }) => image).join(' ');
}

/** It has come to an end, and counted its pods and let go of them. */
function ofJob(job: Job, ledger: Ledger): string[] {
  const name = `job ${known(job)}`;
  if (job.metadata.deletionTimestamp) return [`${name} is being deleted`];
  const { conditions = [], succeeded = 0 } = job.status ?? {};
  const has = (wanted: string) =>
    conditions.some(({ type, status }) => type === wanted && status === 'True');
  if (!has('Complete') && !has('Failed')) return [`${name} has not ended`];
  const held = ledger
    .list(pods)
    .filter((pod) => ownerOf(pod) === job.metadata.uid && pod.metadata.finalizers?.length);
  const complaints = held.map(({ metadata }) => `${name} still holds ${metadata.name}`);
  if (has('Complete') && has('Failed')) complaints.push(`${name} is complete and failed`);
  const isEnough = job.spec.successPolicy !== undefined && succeeded > 0;
  if (has('Complete') && succeeded !== job.spec.completions && !isEnough) {
    complaints.push(`${name} is complete with ${succeeded} of ${job.spec.completions}`);
  }
  return complaints;
}

function ofPod(pod: Pod, ledger: Ledger): string[] {
  const name = `pod ${known(pod)}`;
  if (pod.metadata.deletionTimestamp) return [`${name} is being deleted`];
  const complaints = ofOwner(pod, ledger);
  if (isDone(pod)) return complaints;
  if (!pod.spec.nodeName) complaints.push(`${name} has no node (${refusalOf(pod)})`);
  if (!isReady(pod)) complaints.push(`${name} is not ready (${pod.status?.phase})`);
  return [...complaints, ...ofResize(pod, name)];
}

/** What was granted is what the spec asks for, or the pod says why not. */
function ofResize(pod: Pod, name: string): string[] {
  const { conditions = [], containerStatuses = [] } = pod.status ?? {};
  const resizes = conditions.filter(({ type }) => type.startsWith('PodResize'));
  if (isInfeasible(pod)) return resizes.length > 1 ? [`${name} is infeasible, and resized`] : [];
  const different = containerStatuses.filter((status) => {
    const asked = pod.spec.containers.find((one) => one.name === status.name)?.resources ?? {};
    return ['cpu', 'memory'].some((resource) => {
      const amounts = [asked.requests, status.allocatedResources, status.resources?.requests];
      return new Set(amounts.map((amount) => amount?.[resource])).size > 1;
    });
  });
  return [
    ...resizes.map(({ type, reason }) => `${name}: ${type} (${reason})`),
    ...different.map((status) => `${name}: ${status.name} has not what it asks for`),
  ];
}

/** What names owners has one of them, and a set that an app could own is its own. */
function ofOwner(object: KubeObject, ledger: Ledger): string[] {
  const { ownerReferences = [], namespace, labels } = object.metadata;
  if (ownerReferences.length === 0) {
    const owner = ledger.list(deployments).find(({ metadata }) => {
      return metadata.namespace === namespace && metadata.name === labels?.['app'];
    });
    return object.kind === 'ReplicaSet' && owner ? [`${known(object)} has no owner`] : [];
  }
  const sets = [deployments, replicaSets, statefulSets, daemonSets];
  const owners = [...sets, cronJobs, jobs, services, endpoints].flatMap((kind) =>
    ledger.list<KubeObject>(kind as never),
  );
  const owned = ownerReferences.some(({ uid }) =>
    owners.some(({ metadata }) => metadata.uid === uid),
  );
  return owned ? [] : [`${object.kind} ${known(object)} outlived its owner`];
}

function ofService(service: Service, ledger: Ledger): string[] {
  const { selector } = service.spec ?? {};
  if (!selector) return [];
  const wanted = ledger
    .list(pods)
    .filter(({ metadata: { labels = {}, namespace } }) => {
      if (namespace !== service.metadata.namespace) return false;
      return Object.entries(selector).every(([key, value]) => labels[key] === value);
    })
    .filter(isReady)
    .map(({ status }) => status?.podIP ?? '');
  const ofSlices = ledger
    .list(endpointSlices)
    .filter(({ metadata: { namespace, labels } }) => {
      if (namespace !== service.metadata.namespace) return false;
      return labels?.['kubernetes.io/service-name'] === service.metadata.name;
    })
    .flatMap((slice) => slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready)
    .flatMap(({ addresses }) => addresses);
  const ofEndpoints = ledger
    .list(endpoints)
    .filter((one) => known(one) === known(service))
    .flatMap(({ subsets = [] }) => subsets)
    .flatMap(({ addresses = [] }) => addresses)
    .map(({ ip }) => ip);
  return [
    ...difference(`slices of ${known(service)}`, ofSlices, wanted),
    ...difference(`endpoints of ${known(service)}`, ofEndpoints, wanted),
  ];
}

function difference(name: string, found: readonly string[], wanted: readonly string[]): string[] {
  const [a, b] = [found, wanted].map((list) => list.toSorted().join(' '));
  return a === b ? [] : [`${name} hold "${a}", not "${b}"`];
}

function claimsOf({ metadata: { namespace }, spec }: Pod): string[] {
  return (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
    claim ? [`${namespace}/${claim.claimName}`] : [],
  );
}

/** Claims that a pod has have their volumes, others may still wait for a pod; volumes have their claims. */
function ofStorage({ ledger }: SimulatedCluster): string[] {
  const claims = ledger.list(persistentVolumeClaims);
  const used = new Set(ledger.list(pods).flatMap(claimsOf));
  const isRight = (claim: PersistentVolumeClaim): boolean => {
    if (claim.metadata.deletionTimestamp) return false;
    return (
      claim.status?.phase ===
      (used.has(known(claim)) || claim.spec.volumeName ? 'Bound' : 'Pending')
    );
  };
  const volumes = ledger.list(persistentVolumes);
  const uids = new Set(claims.map(({ metadata }) => metadata.uid));
  return [
    ...claims
      .filter((claim) => !isRight(claim))
      .map((claim) => `claim ${known(claim)} is ${claim.status?.phase}, or being deleted`),
    ...volumes
      .filter(({ spec, status }) => status?.phase !== 'Bound' || !uids.has(spec.claimRef?.uid))
      .map(({ metadata, status }) => `volume ${metadata.name} is ${status?.phase}`),
  ];
}

function ofNodes({ ledger, nodes: processes }: SimulatedCluster): string[] {
  return processes.flatMap(({ name }) => {
    const node = ledger.list(nodes).find(({ metadata }) => metadata.name === name);
    if (!node) return [`node ${name} is not registered`];
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const taints = node.spec?.taints ?? [];
    return ready === 'True' && taints.length === 0
      ? []
      : [`node ${name}: ready is ${ready}, ${taints.length} taints`];
  });
}

/** On each machine run the pods that the API puts there, and nothing is left of others. */
function ofMachines({ ledger, nodes: processes }: SimulatedCluster): string[] {
  return processes.flatMap(({ name, machine }) => {
    const own = ledger.list(pods).filter(({ spec }) => spec.nodeName === name);
    const uids = new Set(own.map(({ metadata }) => metadata.uid));
    const left = [...machine.sandboxes.values()].filter(({ podUid }) => !uids.has(podUid));
    const idle = own.filter((pod) => {
      const running = machine.running.filter(({ podUid }) => podUid === pod.metadata.uid);
      return running.length !== (isDone(pod) ? 0 : lastingOf(pod));
    });
    const wrong = machine.running.filter((container) => {
      const pod = own.find(({ metadata }) => metadata.uid === container.podUid);
      return pod && container.resources.cpuShares !== sharesFor(pod, container.name);
    });
    return [
      ...wrong.map(({ id, resources }) => `${id} has ${resources.cpuShares} shares`),
      ...left.map(({ id, namespace, name: pod }) => `${id} of ${namespace}/${pod} was left behind`),
      ...idle.map((pod) => `${known(pod)} does not run with all its containers on ${name}`),
    ];
  });
}

/** What the pod's status says that the container has, for the kernel. */
function sharesFor({ status }: Pod, name: string): number {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const found = [...containerStatuses, ...initContainerStatuses].find((one) => one.name === name);
  return cpuShares(millisOf(found?.resources?.requests?.['cpu'] ?? '0'));
}

/** How many of its containers run as long as it does. */
function lastingOf({ spec: { containers, initContainers = [] } }: Pod): number {
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return containers.length + sidecars.length;
}

function ofLoops({ controlPlane: { plane, started } }: SimulatedCluster): string[] {
  if (!plane || !started) return ['the control plane does not run'];
  const { waiting, unschedulable, binding } = plane.scheduler.stats();
  const busy = plane.runtime
    .stats()
    .filter(({ waiting: keys, running }) => keys + running > 0)
    .map(({ name }) => `the loop ${name} is busy`);
  if (waiting + unschedulable + binding > 0) busy.push('the scheduler is busy');
  if (busy.length === 0 && !plane.runtime.idle) busy.push('a loop still tries again');
  return busy;
}

/** What the scheduler says of a pod that waits. */
function refusalOf({ status }: Pod): string {
  const found = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return found?.message ?? 'the scheduler says nothing';
}
