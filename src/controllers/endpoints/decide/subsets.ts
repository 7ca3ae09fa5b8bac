/** Packs backends into Endpoints subsets: addresses with the same ports together, in a fixed order. */
import type { EndpointAddress, EndpointSubset, Service } from '#api/types.ts';
import { type Backend, type BackendPort, isHeadless, portsOn } from '../../decide/service-pods.ts';

type Ports = NonNullable<EndpointSubset['ports']>;

interface Packed {
  readonly ports: Ports;
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
}

/** Addresses of one Endpoints object, as in Kubernetes; more are cut off and said so. */
const addressesMax = 1000;

export interface Packing {
  readonly subsets: readonly EndpointSubset[];
  readonly truncated: boolean;
}

export function subsetsOf(service: Service, backends: readonly Backend[]): Packing {
  const groups = new Map<string, Packed>();
  let room = addressesMax;
  let truncated = false;
  // Ready ones first, so that the bound cuts off those that serve nobody.
  const sorted = [...backends].sort((a, b) => Number(b.ready) - Number(a.ready));
  for (const backend of sorted) {
    const ports = portsOn(service, backend.pod);
    if (ports.length === 0 && !(isHeadless(service) && (service.spec.ports ?? []).length === 0))
      continue;
    if (room-- <= 0) {
      truncated = true;
      break;
    }
    const group = groupFor(groups, ports);
    const list = backend.ready ? group.addresses : group.notReadyAddresses;
    list.push(addressOf(backend));
  }
  const ids = [...groups.keys()].sort();
  return { subsets: ids.flatMap((id) => subsetOf(groups.get(id))), truncated };
}

function groupFor(groups: Map<string, Packed>, ports: readonly BackendPort[]): Packed {
  const sorted = ports.map(portOf).sort((a, b) => (wordsOf(a) < wordsOf(b) ? -1 : 1));
  const id = sorted.map(wordsOf).join('\n');
  const known = groups.get(id);
  if (known !== undefined) return known;
  const made: Packed = { ports: sorted, addresses: [], notReadyAddresses: [] };
  groups.set(id, made);
  return made;
}

function subsetOf(packed: Packed | undefined): readonly EndpointSubset[] {
  if (packed === undefined) return [];
  const { ports, addresses, notReadyAddresses } = packed;
  const subset: EndpointSubset = {};
  if (addresses.length > 0) subset.addresses = addresses.sort(byAddress);
  if (notReadyAddresses.length > 0) subset.notReadyAddresses = notReadyAddresses.sort(byAddress);
  if (ports.length > 0) subset.ports = ports;
  return [subset];
}

function addressOf({ address, hostname, nodeName, targetRef }: Backend): EndpointAddress {
  return { ip: address, hostname, nodeName, targetRef };
}

function portOf({ name, port, protocol, appProtocol }: BackendPort): Ports[number] {
  return { ...(name === '' ? {} : { name }), port, protocol, appProtocol };
}

function wordsOf({ name = '', protocol = '', port, appProtocol = '' }: Ports[number]): string {
  return `${name} ${protocol} ${port} ${appProtocol}`;
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  return (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
}
