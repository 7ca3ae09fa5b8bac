/**
 * The names that a Service gives rise to, and the answer to a question about them.
 * Source: Kubernetes DNS-Based Service Discovery 1.1.0; Consul's DNS interface for `service.consul`.
 */
import type { Endpoint, EndpointSlice, Service } from '#api/types.ts';

export interface ServicePortRecord {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
}

/** One endpoint of a headless Service, or of any Service for Consul's names. */
export interface EndpointRecord {
  readonly address: string;
  /** Its label below the Service's name: the pod's hostname, else the address with dashes. */
  readonly label: string;
  /** By port name of the Service. */
  readonly ports: readonly ServicePortRecord[];
}

/** All that names need to know of one Service. */
export interface ServiceNames {
  readonly namespace: string;
  readonly name: string;
  /** Empty: headless. */
  readonly clusterIPs: readonly string[];
  readonly externalName?: string | undefined;
  readonly ports: readonly ServicePortRecord[];
  /** Ready ones. */
  readonly endpoints: readonly EndpointRecord[];
}

export function serviceNames(service: Service, slices: readonly EndpointSlice[]): ServiceNames {
  const { spec, metadata } = service;
  const external = spec?.type === 'ExternalName';
  const clusterIPs = external ? [] : (spec?.clusterIPs ?? []).filter((ip) => ip.includes('.'));
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    clusterIPs,
    externalName: external ? spec.externalName : undefined,
    ports: external
      ? []
      : (spec?.ports ?? []).map(({ name, protocol, port }) => ({
          name: name ?? '',
          protocol: (protocol ?? 'TCP').toLowerCase(),
          port,
        })),
    endpoints: external ? [] : endpointsOf(slices),
  };
}

function endpointsOf(slices: readonly EndpointSlice[]): EndpointRecord[] {
  const found = new Map<string, EndpointRecord>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const ports = (slice.ports ?? []).flatMap(({ name, protocol, port }) =>
      port === undefined
        ? []
        : [{ name: name ?? '', protocol: (protocol ?? 'TCP').toLowerCase(), port }],
    );
    for (const endpoint of slice.endpoints ?? []) {
      const record = endpointRecord(endpoint, ports);
      if (!record) continue;
      const other = found.get(record.address);
      found.set(record.address, other ? { ...other, ports: [...other.ports, ...ports] } : record);
    }
  }
  return [...found.keys()].sort().map((address) => found.get(address) as EndpointRecord);
}

function endpointRecord(
  { addresses, conditions, hostname }: Endpoint,
  ports: readonly ServicePortRecord[],
): EndpointRecord | undefined {
  const [address] = addresses;
  if (address === undefined || conditions?.ready === false) return undefined;
  return { address, label: hostname ?? address.replaceAll('.', '-'), ports };
}

export type Found =
  | { readonly type: 'addresses'; readonly addresses: readonly string[] }
  | { readonly type: 'services'; readonly services: readonly ServiceTargetRecord[] }
  | { readonly type: 'alias'; readonly target: string }
  | { readonly type: 'pointers'; readonly names: readonly string[] }
  | { readonly type: 'text'; readonly text: string }
  /** The name exists, or something below it does; there are no records of this type. */
  | { readonly type: 'empty' }
  /** Ours to answer, and there is no such name. */
  | { readonly type: 'missing' }
  /** Not ours: ask upstream. */
  | { readonly type: 'foreign' };

export interface ServiceTargetRecord {
  readonly target: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** What the lookup reads; kept by `NameTable`. */
export interface NameView {
  readonly domain: string;
  service(namespace: string, name: string): ServiceNames | undefined;
  servicesCalled(name: string): readonly ServiceNames[];
  hasNamespace(namespace: string): boolean;
  /** Full names for an address of a Service or of an endpoint. */
  namesOf(address: string): readonly string[];
  /** The address is one that this cluster gives out (Service or pod). */
  isOurs(address: string): boolean;
}

const addressPattern = /^(?:\d{1,3}\.){3}\d{1,3}$/;

/** `name`: lower case, without the last dot. */
export function lookUp(view: NameView, name: string, type: string): Found {
  const found = find(view, name, type);
  if (found.type === 'alias' || found.type === 'missing' || found.type === 'foreign') return found;
  const answers: Readonly<Record<string, Found['type']>> = {
    A: 'addresses',
    SRV: 'services',
    PTR: 'pointers',
    TXT: 'text',
  };
  if (type === 'ANY' || answers[type] === found.type) return found;
  return { type: 'empty' };
}

function find(view: NameView, name: string, type: string): Found {
  const below = (suffix: string): string[] | undefined => {
    if (name === suffix) return [];
    return name.endsWith(`.${suffix}`) ? name.slice(0, -suffix.length - 1).split('.') : undefined;
  };
  const reverse = below('in-addr.arpa');
  if (reverse) return findPointer(view, [...reverse].reverse().join('.'));
  const consul = below('service.consul') ?? below('consul');
  if (consul)
    return name === 'consul' || name === 'service.consul'
      ? { type: 'empty' }
      : findConsul(view, name, type);
  const labels = below(view.domain);
  if (!labels) return { type: 'foreign' };
  if (labels.length === 0) return { type: 'empty' };
  if (labels.length === 1 && labels[0] === 'dns-version') return { type: 'text', text: '1.1.0' };
  const kind = labels.at(-1);
  const rest = labels.slice(0, -1);
  if (kind === 'svc') return findService(view, rest);
  if (kind === 'pod') return findPod(view, rest);
  return { type: 'missing' };
}

function findPointer(view: NameView, address: string): Found {
  if (!addressPattern.test(address) || !view.isOurs(address)) return { type: 'foreign' };
  const names = view.namesOf(address);
  return names.length > 0 ? { type: 'pointers', names } : { type: 'missing' };
}

function findPod(view: NameView, labels: readonly string[]): Found {
  if (labels.length === 0) return { type: 'empty' };
  const namespace = labels.at(-1) ?? '';
  if (!view.hasNamespace(namespace)) return { type: 'missing' };
  if (labels.length === 1) return { type: 'empty' };
  const address = (labels[0] ?? '').replaceAll('-', '.');
  if (labels.length === 2 && addressPattern.test(address))
    return { type: 'addresses', addresses: [address] };
  return { type: 'missing' };
}

/** `[_port, _proto | label] name namespace` */
function findService(view: NameView, labels: readonly string[]): Found {
  if (labels.length === 0) return { type: 'empty' };
  const namespace = labels.at(-1) ?? '';
  if (labels.length === 1)
    return view.hasNamespace(namespace) ? { type: 'empty' } : { type: 'missing' };
  const service = view.service(namespace, labels.at(-2) ?? '');
  if (!service) return { type: 'missing' };
  const rest = labels.slice(0, -2);
  if (service.externalName !== undefined) {
    return rest.length === 0
      ? { type: 'alias', target: service.externalName }
      : { type: 'missing' };
  }
  const fullName = `${service.name}.${service.namespace}.svc.${view.domain}`;
  if (rest.length === 0) return addressesOf(service);
  if (rest.length === 1) return findMember(service, rest[0] ?? '');
  if (rest.length === 2) return findPort(service, fullName, rest[0] ?? '', rest[1] ?? '');
  return { type: 'missing' };
}

/** A headless Service without ready endpoints has no name at all, as in CoreDNS. */
function addressesOf(service: ServiceNames): Found {
  if (service.clusterIPs.length > 0) return { type: 'addresses', addresses: service.clusterIPs };
  const addresses = service.endpoints.map((each) => each.address);
  return addresses.length > 0 ? { type: 'addresses', addresses } : { type: 'missing' };
}

function findMember(service: ServiceNames, label: string): Found {
  if (label.startsWith('_')) return { type: 'empty' };
  const addresses = service.endpoints
    .filter((each) => each.label === label)
    .map((each) => each.address);
  return addresses.length > 0 ? { type: 'addresses', addresses } : { type: 'missing' };
}

function findPort(
  service: ServiceNames,
  fullName: string,
  portLabel: string,
  protocolLabel: string,
): Found {
  const matches = (port: ServicePortRecord): boolean =>
    `_${port.name}` === portLabel && `_${port.protocol}` === protocolLabel && port.name !== '';
  const services =
    service.clusterIPs.length > 0
      ? service.ports
          .filter(matches)
          .map(({ port }) => ({ target: fullName, port, addresses: service.clusterIPs }))
      : service.endpoints.flatMap(({ address, label, ports }) =>
          ports
            .filter(matches)
            .map(({ port }) => ({ target: `${label}.${fullName}`, port, addresses: [address] })),
        );
  return services.length > 0 ? { type: 'services', services } : { type: 'missing' };
}

/**
 * `NAME.service.consul`, `NAME.service.NAMESPACE.ns.consul`, `_NAME._tcp.service.consul` (RFC 2782 form)
 * and `HEX.addr.consul`, the targets of SRV answers. Endpoints, never the Service's own address: healthy ones only.
 */
function findConsul(view: NameView, name: string, type: string): Found {
  const [, first = '', protocol, namespace] =
    /^(?:_?)([^.]+?)(?:\._([^.]+))?\.service(?:\.([^.]+)\.ns)?(?:\.dc1)?\.consul$/.exec(name) ?? [];
  const hex = /^([0-9a-f]{8})\.addr(?:\.dc1)?\.consul$/.exec(name)?.[1];
  if (hex) return { type: 'addresses', addresses: [addressOfHex(hex)] };
  const all = view.servicesCalled(first);
  const service =
    namespace === undefined
      ? (all.find((each) => each.namespace === 'default') ?? all[0])
      : all.find((each) => each.namespace === namespace);
  if (!service || service.endpoints.length === 0) return { type: 'missing' };
  // Consul answers SRV at the plain name, too.
  if (protocol === undefined && type !== 'SRV')
    return { type: 'addresses', addresses: service.endpoints.map((each) => each.address) };
  const services = consulTargets(service).filter(
    (each) =>
      protocol === undefined || protocol === each.protocol || !['tcp', 'udp'].includes(protocol),
  );
  return services.length > 0 ? { type: 'services', services } : { type: 'missing' };
}

function consulTargets(service: ServiceNames): (ServiceTargetRecord & { protocol: string })[] {
  return service.endpoints.flatMap(({ address, ports }) =>
    ports.map(({ port, protocol }) => ({
      target: `${hexOfAddress(address)}.addr.dc1.consul`,
      port,
      addresses: [address],
      protocol,
    })),
  );
}

function hexOfAddress(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');
}

function addressOfHex(hex: string): string {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).join('.');
}
