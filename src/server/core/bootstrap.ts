/**
 * What every cluster has from its first moment: the system's namespaces, and the `kubernetes`
 * Service by which pods find the API. Safe to run at each start.
 */
import type { Kind } from '#api/kind.ts';
import { endpointSlices, endpoints, namespaces, services } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { Endpoints, EndpointSlice, Namespace, Service } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { systemNamespaces } from '../admission/namespace-lifecycle.ts';
import { serverContext } from '../authz/follow.ts';
import type { Core } from './core.ts';
import { equal } from './plain.ts';

export interface BootstrapOptions {
  /** ClusterIP of `default/kubernetes`: `apiServiceAddress` of the first service range. */
  readonly serviceAddress: string;
  /** Where this API server is reached by nodes and pods. */
  readonly server: { readonly address: string; readonly port: number };
}

type Door = Pick<Core, 'get' | 'create' | 'update'>;

const where = { namespace: 'default', name: 'kubernetes' };

export async function ensureBootstrapObjects(core: Door, options: BootstrapOptions): Promise<void> {
  for (const name of systemNamespaces) {
    const namespace: Namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    } as Namespace;
    await ensure(core, namespaces, namespace);
  }
  await ensure(core, services, apiService(options));
  await ensure(core, endpoints, apiEndpoints(options), 'subsets');
  await ensure(core, endpointSlices, apiSlice(options), 'endpoints', 'ports');
}

/** Makes it when it is missing; puts back the fields named, which belong to the server alone. */
async function ensure<T extends KubeObject>(
  core: Door,
  kind: Kind<T>,
  wanted: T,
  ...owned: (keyof T)[]
): Promise<void> {
  const { namespace, name } = wanted.metadata;
  const target = { kind: kind as Kind, namespace };
  try {
    await core.create(serverContext, target, wanted, {});
    return;
  } catch (error) {
    if (!isStatusError(error, 'AlreadyExists')) throw error;
  }
  if (owned.length === 0) return;
  const current = (await core.get(serverContext, { ...target, name })).object as T;
  if (owned.every((field) => equal(current[field], wanted[field]))) return;
  const repaired = { ...current };
  for (const field of owned) repaired[field] = wanted[field];
  await core.update(serverContext, { ...target, name }, repaired, {});
}

function apiService({ serviceAddress, server }: BootstrapOptions): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...where, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: serviceAddress,
      clusterIPs: [serviceAddress],
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: server.port }],
      sessionAffinity: 'None',
    },
  };
}

function apiEndpoints({ server }: BootstrapOptions): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    // The slice below is written by the server itself, not mirrored from here.
    metadata: { ...where, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [
      {
        addresses: [{ ip: server.address }],
        ports: [{ name: 'https', port: server.port, protocol: 'TCP' }],
      },
    ],
  };
}

function apiSlice({ server }: BootstrapOptions): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...where, labels: { 'kubernetes.io/service-name': where.name } },
    addressType: server.address.includes(':') ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [server.address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: server.port, protocol: 'TCP' }],
  };
}
