import { duplicate, type FieldError, required, tooMany } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isIPv4, isIPv6 } from '../ip.ts';
import {
  isDNS1123Label,
  isDNS1123Subdomain,
  isFullyQualifiedDomainName,
  isQualifiedName,
} from '../names.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../types.ts';
import { checkPublicIp } from './common/addresses.ts';
import {
  checkFormat,
  checkImmutable,
  checkOneOf,
  type Errors,
  sameValue,
} from './common/checks.ts';
import { ageColumn, firstThree, nameColumn } from './common/columns.ts';
import { checkLabels } from './common/label-selectors.ts';
import { protocols } from './common/ports.ts';
import { standardVerbs } from './common/verbs.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const endpointsMax = 1000;
const addressesMax = 100;
const portsMax = 20_000;
const topologyLabelsMax = 16;
const zoneHintsMax = 8;

export const endpointSlices: Kind<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  resource: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  verbs: standardVerbs,
  type: 'EndpointSlice',
  prepareForCreate({ metadata }) {
    metadata.generation = 1;
  },
  /** It has no spec: whatever changes beside metadata is a new generation. */
  prepareForUpdate(next, previous) {
    const { metadata: _, ...rest } = next;
    const { metadata, ...old } = previous;
    if (!sameValue(rest, old)) next.metadata.generation = (metadata.generation ?? 0) + 1;
  },
  defaults({ ports = [] }) {
    for (const port of ports) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'addressType', next.addressType, previous.addressType);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'AddressType',
      type: 'string',
      description: 'Kind of the addresses.',
      cell: ({ addressType }) => addressType,
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'Ports of every endpoint, as far as they fit.',
      cell: ({ ports = [] }) =>
        firstThree(ports.map(({ port, name }) => String(port ?? name ?? '*'))) || '<unset>',
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: 'Addresses, as far as they fit.',
      cell: ({ endpoints }) =>
        firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses)) || '<unset>',
    },
    ageColumn,
  ],
};

function validate({ addressType, endpoints, ports = [] }: EndpointSlice): FieldError[] {
  const errors: Errors = [];
  checkOneOf(errors, 'addressType', addressType, addressTypes);
  const all = endpoints ?? [];
  if (all.length > endpointsMax) errors.push(tooMany('endpoints', all.length, endpointsMax));
  else {
    for (const [index, endpoint] of all.entries()) {
      checkEndpoint(errors, `endpoints[${index}]`, endpoint, addressType);
    }
  }
  if (ports.length > portsMax) errors.push(tooMany('ports', ports.length, portsMax));
  else checkPorts(errors, ports);
  return errors;
}

function checkEndpoint(errors: Errors, path: string, endpoint: Endpoint, type: string): void {
  const { addresses = [], deprecatedTopology = {}, hostname, nodeName, hints } = endpoint;
  if (addresses.length === 0) {
    errors.push(required(`${path}.addresses`, 'must contain at least 1 address'));
  } else if (addresses.length > addressesMax) {
    errors.push(tooMany(`${path}.addresses`, addresses.length, addressesMax));
  }
  for (const [index, address] of addresses.entries()) {
    checkAddress(errors, `${path}.addresses[${index}]`, address, type);
  }
  const topology = `${path}.deprecatedTopology`;
  const labels = Object.keys(deprecatedTopology).length;
  if (labels > topologyLabelsMax) errors.push(tooMany(topology, labels, topologyLabelsMax));
  checkLabels(errors, topology, deprecatedTopology);
  if (hostname !== undefined) {
    checkFormat(errors, `${path}.hostname`, hostname, isDNS1123Label(hostname));
  }
  if (nodeName !== undefined) {
    checkFormat(errors, `${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName));
  }
  const zones = hints?.forZones ?? [];
  if (zones.length > zoneHintsMax) {
    errors.push(tooMany(`${path}.hints.forZones`, zones.length, zoneHintsMax));
  }
}

function checkAddress(errors: Errors, path: string, address: string, type: string): void {
  if (type === 'FQDN') {
    return checkFormat(errors, path, address, isFullyQualifiedDomainName(address));
  }
  if (type === 'IPv4') checkFormat(errors, path, address, isIPv4(address));
  else if (type === 'IPv6') checkFormat(errors, path, address, isIPv6(address));
  else return;
  checkPublicIp(errors, path, address);
}

function checkPorts(errors: Errors, ports: readonly EndpointPort[]): void {
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const path = `ports[${index}]`;
    if (name !== '') checkFormat(errors, `${path}.name`, name, isDNS1123Label(name));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    checkOneOf(errors, `${path}.protocol`, protocol, protocols);
    if (appProtocol !== undefined) {
      checkFormat(errors, `${path}.appProtocol`, appProtocol, isQualifiedName(appProtocol));
    }
  }
}
