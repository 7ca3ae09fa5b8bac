/**
 * What a cluster has before anybody asks for it: the system namespaces, the Service through which
 * pods find the API, the roles of `authz/` and the system's own priority classes. Every start makes
 * sure of them; what people changed in them stays.
 */
import { deepEqual } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import { systemPriorityClasses } from '#api/kinds/priority-classes.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import { serviceNameLabel } from '#api/service-of-slice.ts';
import type { Endpoints, EndpointSlice, Service } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { systemNamespaces } from './admission/namespace-lifecycle.ts';
import { ensureBootstrapPolicy } from './authz/bootstrap.ts';
import { serverContext } from './authz/follow.ts';
import type { Core } from './core/core.ts';

export interface AdvertisedAddress {
  /** IP address under which pods and nodes reach this server. */
  readonly address: string;
  readonly port: number;
}

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
  for (const each of priorities ? systemPriorityClasses : []) {
    await createMissing(core, priorities as Kind, undefined, each);
  }
}

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
  // Nobody but this machine could use these.
  if (/^127\.|^::1?$|^0\.0\.0\.0$/.test(address)) return;
  const metadata = { name: 'kubernetes', namespace: 'default' };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  await put(core, slices, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { [serviceNameLabel]: 'kubernetes' } },
    addressType: address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  } as EndpointSlice);
  const endpoints = lookup.byKind('', 'v1', 'Endpoints');
  if (!endpoints) return;
  await put(core, endpoints, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    // The slice above is ours too: nobody needs to mirror one.
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: address }], ports }],
  } as Endpoints);
}

/** As wanted, whatever it was before. */
async function put(core: BootstrapCore, kind: Kind, wanted: KubeObject): Promise<void> {
  const { name, namespace } = wanted.metadata;
  if (await createMissing(core, kind, namespace, wanted)) return;
  const target = { kind, namespace, name };
  const { object } = await core.get(serverContext, target);
  const next = { ...object, ...wanted, metadata: object.metadata };
  if (!deepEqual(next, object)) await core.update(serverContext, target, next, {});
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
