/**
 * What an object counts for in quotas: itself as one of its kind, and what it asks for. The sum over
 * a namespace is `status.used`, kept by the difference that each write makes.
 * Source: Kubernetes documentation "Resource Quotas".
 */
import { type Kind, apiVersionOf } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { isFinal } from '../../pod-phase.ts';
import { addQuantities, compareQuantities, subtractQuantities } from '../../quantity.ts';
import type { PersistentVolumeClaim, Pod, Quantity, ResourceQuota, Service } from '../../types.ts';
import { ownValue } from '../common/records.ts';
import { heldSpec } from '../pod-spec/held-resources.ts';
import { podLimits, podRequests, type ResourceList } from '../pod-spec/requests.ts';
import { isInScopes } from './scopes.ts';

type Usage = Record<string, Quantity>;

/** Kinds that quotas also count under their plain name. */
const plainNames = new Set([
  'v1/configmaps',
  'v1/persistentvolumeclaims',
  'v1/replicationcontrollers',
  'v1/resourcequotas',
  'v1/secrets',
  'v1/services',
]);

/** Under which name a quota counts objects of a kind. */
export function countName({ group, resource }: Kind): string {
  return group === '' ? `count/${resource}` : `count/${resource}.${group}`;
}

/** Whether the quota can count anything about the kind at all. */
export function concerns({ spec }: ResourceQuota, kind: Kind): boolean {
  if (!isCounted(kind)) return false;
  const names = Object.keys(spec?.hard ?? {});
  const plain = `${apiVersionOf(kind)}/${kind.resource}`;
  if (plain === 'v1/pods' || plain === 'v1/persistentvolumeclaims') return names.length > 0;
  if (plain === 'v1/services') return names.some((name) => /^(?:count\/)?services/.test(name));
  const own = [countName(kind), ...(plainNames.has(plain) ? [kind.resource] : [])];
  return own.some((name) => names.includes(name));
}

/** Events come and go by themselves: nobody's quota counts them. */
function isCounted({ namespaced, virtual, storedAs, resource, verbs }: Kind): boolean {
  if (!namespaced || virtual || storedAs || resource === 'events') return false;
  return verbs.includes('list') && verbs.includes('create');
}

/** Of one object, as far as the quota counts it; empty when it is none of its business. */
export function usageIn(quota: ResourceQuota, kind: Kind, object: KubeObject): ResourceList {
  if (!concerns(quota, kind) || !isInScopes(quota, kind, object)) return {};
  const all = usageOf(kind, object);
  const used: Usage = {};
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    const amount = ownValue(all, name);
    if (amount !== undefined && compareQuantities(amount, '0') !== 0) used[name] = amount;
  }
  return used;
}

function usageOf(kind: Kind, object: KubeObject): ResourceList {
  const usage: Usage = { [countName(kind)]: '1' };
  const plain = `${apiVersionOf(kind)}/${kind.resource}`;
  if (plainNames.has(plain)) usage[kind.resource] = '1';
  if (plain === 'v1/pods') addPod(usage, object as Pod);
  if (plain === 'v1/services') addService(usage, object as Service);
  if (plain === 'v1/persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  return usage;
}

/** A pod that has ended takes nothing any more; as an object it still counts. */
function addPod(usage: Usage, pod: Pod): void {
  const { status } = pod;
  if (isFinal(status?.phase)) return;
  usage['pods'] = '1';
  const spec = heldSpec(pod);
  for (const [name, amount] of Object.entries(podRequests(spec))) {
    usage[`requests.${name}`] = amount;
    // By the plain name a quota means requests; devices have none.
    if (!name.includes('/')) usage[name] = amount;
  }
  for (const [name, amount] of Object.entries(podLimits(spec))) {
    if (['cpu', 'memory', 'ephemeral-storage'].includes(name)) usage[`limits.${name}`] = amount;
  }
}

function addService(usage: Usage, { spec }: Service): void {
  const { type, ports = [], allocateLoadBalancerNodePorts = true } = spec;
  const taken =
    type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts)
      ? ports.length
      : ports.filter(({ nodePort = 0 }) => nodePort > 0).length;
  if (type === 'NodePort' || type === 'LoadBalancer') usage['services.nodeports'] = `${taken}`;
  if (type === 'LoadBalancer') usage['services.loadbalancers'] = '1';
}

function addClaim(usage: Usage, { spec, metadata }: PersistentVolumeClaim): void {
  const storage = ownValue(spec?.resources?.requests, 'storage');
  const named =
    spec?.storageClassName ?? metadata.annotations?.['volume.beta.kubernetes.io/storage-class'];
  if (storage !== undefined) usage['requests.storage'] = storage;
  if (!named) return;
  const ofClass = `${named}.storageclass.storage.k8s.io`;
  usage[`${ofClass}/persistentvolumeclaims`] = '1';
  if (storage !== undefined) usage[`${ofClass}/requests.storage`] = storage;
}

export function added(used: ResourceList, more: ResourceList): ResourceList {
  return combined(used, more, addQuantities);
}

/** Zeros stay out. May hold negative amounts. */
export function difference(next: ResourceList, previous: ResourceList): ResourceList {
  const all = combined(next, previous, subtractQuantities);
  const left = Object.entries(all).filter(([, amount]) => compareQuantities(amount, '0') !== 0);
  return Object.fromEntries(left);
}

function combined(
  left: ResourceList,
  right: ResourceList,
  combine: (left: Quantity, right: Quantity) => Quantity,
): ResourceList {
  const result: Usage = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    result[name] = combine(ownValue(left, name) ?? '0', amount);
  }
  return result;
}

/** Names in alphabetical order: `cpu=1,memory=2Gi`. */
export function formatUsage(usage: ResourceList): string {
  const names = Object.keys(usage).sort();
  return names.map((name) => `${name}=${usage[name]}`).join(',');
}

/** What an amount of it would make too much; none: it fits. */
export function exceeded(
  hard: ResourceList,
  used: ResourceList,
  more: ResourceList,
): readonly string[] {
  return Object.entries(more).flatMap(([name, amount]) => {
    const limit = ownValue(hard, name);
    if (limit === undefined || compareQuantities(amount, '0') <= 0) return [];
    const sum = addQuantities(ownValue(used, name) ?? '0', amount);
    return compareQuantities(sum, limit) > 0 ? [name] : [];
  });
}

const mustBeTold = new Set([
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]);

/**
 * Where processor or memory is counted, each container must say what it takes: Kubernetes' sentence
 * about those that do not; undefined when all do.
 */
export function untold({ spec: quota }: ResourceQuota, { spec }: Pod): string | undefined {
  const wanted = Object.keys(quota?.hard ?? {})
    .filter((name) => mustBeTold.has(name))
    .sort();
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const missing = wanted.flatMap((name) => {
    const resource = name.replace(/^(?:requests|limits)\./, '');
    const list = name.startsWith('limits.') ? 'limits' : 'requests';
    const tells = (resources: { [key in typeof list]?: ResourceList | undefined } | undefined) =>
      ownValue(resources?.[list], resource) !== undefined;
    if (tells(spec.resources)) return [];
    const silent = containers.filter(({ resources }) => !tells(resources)).map((each) => each.name);
    return silent.length === 0 ? [] : [`${name} for: ${silent.sort().join(',')}`];
  });
  return missing.length === 0 ? undefined : `must specify ${missing.join('; ')}`;
}
