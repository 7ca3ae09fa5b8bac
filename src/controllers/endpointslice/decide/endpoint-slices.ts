/** The EndpointSlices of a Service with a selector (KEP-752). */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { nodes, services } from '#api/kinds/index.ts';
import { zoneOf } from '#api/node-labels.ts';
import { splitKey } from '#api/object.ts';
import type { Endpoint, EndpointHints, EndpointPort, Service } from '#api/types.ts';
import {
  type Backend,
  backendsOf,
  isHeadless,
  portsOn,
  selectorOf,
} from '../../decide/service-pods.ts';
import { headlessLabel, portsId, slicing } from '../../decide/slices.ts';

export const sliceManager = 'endpointslice-controller.k8s.io';

/** `--max-endpoints-per-slice` */
const perSlice = 100;

export function decideEndpointSlices(view: View, key: string): Decision {
  const { namespace, name } = splitKey(key);
  const service = view.get(services, namespace, name);
  // Slices of a service that is gone are the garbage collector's.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return nothingToDo;
  if (selectorOf(service) === undefined) return nothingToDo;
  const actions = slicing(view, {
    ownerKind: services,
    owner: service,
    manager: sliceManager,
    addressType: 'IPv4',
    groups: groupsOf(view, service),
    perSlice,
    labels: { ...service.metadata.labels, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}) },
    keepsEmpty: true,
  });
  return { actions };
}

/** Pods may have different numbers for one named port: slices hold endpoints with the same ports only. */
function groupsOf(view: View, service: Service) {
  const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
  for (const backend of backendsOf(view, service)) {
    const ports = portsOn(service, backend.pod).map((port): EndpointPort => ({ ...port }));
    const id = portsId(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(endpointOf(view, backend, service.spec.trafficDistribution));
  }
  return [...groups.values()];
}

function endpointOf(view: View, backend: Backend, distribution: string | undefined): Endpoint {
  const { address, ready, serving, terminating, hostname, targetRef, nodeName } = backend;
  const zone = nodeName === undefined ? undefined : zoneOf(view.get(nodes, undefined, nodeName));
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    hostname,
    targetRef,
    nodeName,
    zone,
    hints: ready ? hintsFor(distribution, zone, nodeName) : undefined,
  };
}

/** Who is near and should be served from here (KEP-4444, KEP-3015). Of ready endpoints alone. */
function hintsFor(
  distribution: string | undefined,
  zone: string | undefined,
  nodeName: string | undefined,
): EndpointHints | undefined {
  if (distribution === undefined) return undefined;
  const forNodes =
    distribution === 'PreferSameNode' && nodeName !== undefined ? [{ name: nodeName }] : undefined;
  const forZones = zone === undefined ? undefined : [{ name: zone }];
  return forNodes || forZones
    ? { ...(forZones && { forZones }), ...(forNodes && { forNodes }) }
    : undefined;
}
