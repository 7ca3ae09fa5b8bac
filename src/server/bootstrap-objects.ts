/**
 * What a cluster has before anybody asks for it: the system namespaces, the Service through which
 * pods find the API, and the roles of `authz/`. Every start makes sure of them; what people changed
 * in them stays.
 */
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { EndpointSlice, PriorityClass, Service } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { ensureBootstrapPolicy } from './authz/bootstrap.ts';
import { serverContext } from './authz/follow.ts';
import type { Core } from './core/core.ts';
import { equal } from './core/plain.ts';

export interface AdvertisedAddress {
  /** IP address under which pods and nodes reach this server. */
  readonly address: string;
  readonly port: number;
}

export const systemNamespaces = [
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
] as const;
const servicePort = 443;

type BootstrapCore = Pick<Core, 'get' | 'create' | 'update'>;

export async function ensureBootstrapObjects(
  core: BootstrapCore,
  lookup: KindLookup,
): Promise<void> {
  const namespaces = lookup.byKind('', 'v1', 'Namespace');
  for (const name of namespaces ? systemNamespaces : []) {
    await createMissing(core, namespaces as Kind, undefined, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    });
  }
  await ensureBootstrapPolicy(core, lookup);
  const priorities = lookup.byKind('scheduling.k8s.io', 'v1', 'PriorityClass');
  for (const each of priorities ? systemPriorities : []) {
    await createMissing(core, priorities as Kind, undefined, each);
  }
}

/** Source: Kubernetes' `pkg/apis/scheduling`, SystemPriorityClasses. */
const systemPriorities: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** Service `default/kubernetes` and the slice behind it; called when the listening address is known. */
export async function ensureApiService(
  core: BootstrapCore,
  lookup: KindLookup,
  clusterIP: string,
  { address, port }: AdvertisedAddress,
): Promise<void> {
  const services = lookup.byKind('', 'v1', 'Service');
  const slices = lookup.byKind('discovery.k8s.io', 'v1', 'EndpointSlice');
  if (!services || !slices) return;
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      ports: [{ name: 'https', port: servicePort, protocol: 'TCP', targetPort: port }],
    },
  };
  await createMissing(core, services, 'default', service);
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  if (await createMissing(core, slices, 'default', slice)) return;
  const target = { kind: slices, namespace: 'default', name: 'kubernetes' };
  const current = (await core.get(serverContext, target)).object as EndpointSlice;
  if (equal(current.endpoints, slice.endpoints) && equal(current.ports, slice.ports)) return;
  const next = { ...current, endpoints: slice.endpoints, ports: slice.ports };
  await core.update(serverContext, target, next as KubeObject, {});
}

/** False when it was there already. */
async function createMissing(
  core: BootstrapCore,
  kind: Kind,
  namespace: string | undefined,
  object: KubeObject,
): Promise<boolean> {
  try {
    await core.get(serverContext, { kind, namespace, name: object.metadata.name });
    return false;
  } catch (error) {
    if (!isStatusError(error, 'NotFound')) throw error;
  }
  try {
    await core.create(serverContext, { kind, namespace }, structuredClone(object), {});
    return true;
  } catch (error) {
    if (isStatusError(error, 'AlreadyExists')) return false;
    throw error;
  }
}
