/**
 * From a Service and its EndpointSlices to what packets meet: an address, a port, and the endpoints
 * behind it. Source: core/v1 Service, discovery.k8s.io/v1 EndpointSlice, KEP-1669 (endpoints that end
 * still serve when nobody else does).
 */
import type { EndpointSlice, Service, ServicePort } from '#api/types.ts';
import { formatRange, merged, rangeOf } from '../../policy/decide/ranges.ts';
import { nearest, type Place } from './nearness.ts';

export interface Backend {
  readonly address: string;
  readonly port: number;
}

export interface Frontend {
  /** An IPv4 address, or `*` for every address of the node (a node port). */
  readonly address: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  /** In slots: one that stays keeps its place, so that clients with affinity stay with it. */
  readonly backends: readonly Backend[];
  /** A client goes to the same backend until so long after its last new connection. */
  readonly affinitySeconds?: number | undefined;
  /** Ranges of addresses that may come in; absent: all. */
  readonly sources?: readonly string[] | undefined;
}

export function frontendKey({ address, protocol, port }: Omit<Frontend, 'backends'>): string {
  return `${address} ${protocol} ${port}`;
}

const protocols: Readonly<Record<string, Frontend['protocol']>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
};

/**
 * All places where packets for the Service may come in. Empty for headless and ExternalName. With a
 * policy `Local` a place leads to endpoints on this node alone, and to nobody when there are none; else
 * to those that hints say are near.
 */
export function frontendsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  place: Place,
): Frontend[] {
  const { spec } = service;
  const clusterIP = spec?.clusterIP ?? 'None';
  if (!spec || spec.type === 'ExternalName' || clusterIP === 'None') return [];
  const affinitySeconds =
    spec.sessionAffinity === 'ClientIP'
      ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800)
      : undefined;
  return (spec.ports ?? []).flatMap((port) => {
    const protocol = protocols[port.protocol ?? 'TCP'];
    if (!protocol) return [];
    const led = (policy: string | undefined) => {
      const reach = policy === 'Local' ? { only: place.nodeName } : { near: place };
      const backends = backendsOf(port, slices, reach);
      return { protocol, affinitySeconds, backends };
    };
    const inside = led(spec.internalTrafficPolicy);
    const common = led(spec.externalTrafficPolicy);
    const addresses = (spec.clusterIPs ?? [clusterIP]).filter(isIPv4);
    return [
      ...addresses.map((address) => ({ ...inside, address, port: port.port })),
      ...(spec.externalIPs ?? [])
        .filter(isIPv4)
        .map((address) => ({ ...common, address, port: port.port })),
      ...loadBalancerAddresses(service, port).map((address) => ({
        ...common,
        address,
        port: port.port,
        sources: sourcesOf(spec.loadBalancerSourceRanges),
      })),
      ...(port.nodePort ? [{ ...common, address: '*', port: port.nodePort }] : []),
    ];
  });
}

/** The kernel takes no ranges that overlap, and no other family; nothing of one text may stop the table. */
function sourcesOf(cidrs: readonly string[] | undefined): string[] | undefined {
  if (!cidrs?.length) return undefined;
  const ranges = cidrs.map((each) => rangeOf(each.trim())).filter((each) => each !== undefined);
  return merged(ranges).map(formatRange);
}

/** Where a status names ports, only those were given: a port that is asked for in vain stays shut. */
function loadBalancerAddresses({ spec, status }: Service, port: ServicePort): string[] {
  if (spec?.type !== 'LoadBalancer') return [];
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode, ports }) => {
    const isGiven =
      ports === undefined ||
      ports.some((each) => each.port === port.port && each.protocol === (port.protocol ?? 'TCP'));
    return ip !== undefined && isGiven && isIPv4(ip) && ipMode !== 'Proxy' ? [ip] : [];
  });
}

function isIPv4(address: string): boolean {
  return address.includes('.') && !address.includes(':');
}

/** Endpoints on one node alone, or the nearest; absent: wherever they are. */
export type Reach = { readonly only: string } | { readonly near: Place };

/** Ready ones; when there are none, those that end but still serve. Sorted, each once. */
export function backendsOf(
  port: ServicePort,
  slices: readonly EndpointSlice[],
  reach?: Reach,
): Backend[] {
  const all = slices.flatMap((slice) => {
    const number = slice.ports?.find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
    if (slice.addressType !== 'IPv4' || number === undefined) return [];
    return (slice.endpoints ?? []).map((endpoint) => ({ endpoint, number }));
  });
  const within =
    reach && 'only' in reach ? all.filter(({ endpoint }) => endpoint.nodeName === reach.only) : all;
  const ready = within.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const ending = within.filter(
    ({ endpoint: { conditions } }) =>
      conditions?.serving === true && conditions.terminating === true,
  );
  const near = reach && 'near' in reach ? nearest(ready, reach.near) : ready;
  const chosen = new Map<string, Backend>();
  for (const { endpoint, number } of near.length > 0 ? near : ending) {
    const [address] = endpoint.addresses;
    if (address !== undefined) chosen.set(`${address}:${number}`, { address, port: number });
  }
  return [...chosen.keys()].sort().map((key) => chosen.get(key) as Backend);
}

/** Keeps those that stay in their slots; newcomers fill holes; at the end the last ones move into what is left. */
export function arrange(previous: readonly Backend[], wanted: readonly Backend[]): Backend[] {
  const left = new Map(wanted.map((each) => [`${each.address}:${each.port}`, each]));
  const slots: (Backend | undefined)[] = previous.map((each) => {
    const key = `${each.address}:${each.port}`;
    const stays = left.get(key);
    left.delete(key);
    return stays;
  });
  const newcomers = [...left.values()];
  for (let slot = 0; slot < wanted.length; slot += 1) {
    if (slots[slot] !== undefined) continue;
    const next = newcomers.shift();
    if (next) slots[slot] = next;
    else {
      const last = slots.findLastIndex((each) => each !== undefined);
      slots[slot] = slots[last];
      slots[last] = undefined;
    }
  }
  return slots.slice(0, wanted.length).filter((each) => each !== undefined);
}
