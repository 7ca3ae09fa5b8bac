/**
 * EndpointSlices for Endpoints that people or tools write by hand for a Service without a selector:
 * proxies and DNS read slices only.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { endpointSlices, endpoints, services } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type {
  Endpoint,
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSubset,
} from '#api/types.ts';
import type { Group } from '../../decide/distribute-endpoints.ts';
import { selectorOf } from '../../decide/service-pods.ts';
import { portsId, slicesManagedFor, slicing } from '../../decide/slices.ts';

export const mirrorManager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';

/** Addresses of one subset that are mirrored, as in Kubernetes. */
const addressesMax = 1000;

export function decideMirror(view: View, key: string): Decision {
  const { namespace, name } = splitKey(key);
  const source = view.get(endpoints, namespace, name);
  // Slices of Endpoints that are gone are the garbage collector's.
  if (source === undefined || source.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const service = view.get(services, namespace, name);
  const isByHand = service !== undefined && selectorOf(service) === undefined;
  if (!isByHand || !isMirrored(source)) return { actions: withdrawal(view, source) };
  const actions = slicing(view, {
    ownerKind: endpoints,
    owner: source,
    manager: mirrorManager,
    addressType: 'IPv4',
    groups: groupsOf(source),
    perSlice: addressesMax,
    labels: source.metadata.labels ?? {},
    keepsEmpty: false,
  });
  return { actions };
}

function isMirrored({ metadata }: Endpoints): boolean {
  if (metadata.labels?.[skipLabel] === 'true') return false;
  return metadata.annotations?.[leaderAnnotation] === undefined;
}

function withdrawal(view: View, source: Endpoints): readonly Action[] {
  return slicesManagedFor(view, source, mirrorManager).map(({ metadata }): Action => {
    const { namespace, name, uid } = metadata;
    return { type: 'delete', kind: endpointSlices, namespace, name, uid };
  });
}

function groupsOf({ subsets = [] }: Endpoints): readonly Group[] {
  const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
  for (const subset of subsets) {
    const ports = (subset.ports ?? []).map(
      ({ name = '', ...port }): EndpointPort => ({ name, ...port }),
    );
    const id = portsId(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(...endpointsOf(subset));
  }
  return [...groups.values()];
}

function endpointsOf({ addresses = [], notReadyAddresses = [] }: EndpointSubset): Endpoint[] {
  const all = [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ];
  return all
    .filter((endpoint) => endpoint.addresses.every((each) => !each.includes(':')))
    .slice(0, addressesMax);
}

function endpointOf(address: EndpointAddress, ready: boolean): Endpoint {
  const { ip, hostname, nodeName, targetRef } = address;
  return {
    addresses: [ip],
    conditions: { ready, serving: ready, terminating: false },
    hostname,
    nodeName,
    targetRef,
  };
}
