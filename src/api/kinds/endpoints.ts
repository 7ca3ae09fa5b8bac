import { type FieldError, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import type { CoreV1EndpointPort, EndpointAddress, Endpoints, EndpointSubset } from '../types.ts';
import { checkIp, checkPublicIp } from './common/addresses.ts';
import { checkFormat, checkOneOf, type Errors } from './common/checks.ts';
import { ageColumn, firstThree, nameColumn } from './common/columns.ts';
import { checkPortNumber, protocols } from './common/ports.ts';
import { standardVerbs } from './common/verbs.ts';

export const endpoints: Kind<Endpoints> = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Endpoints',
  createOnUpdate: true,
  defaults({ subsets = [] }) {
    for (const { ports = [] } of subsets) for (const port of ports) port.protocol ||= 'TCP';
  },
  validate,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  columns: [
    nameColumn,
    {
      name: 'Endpoints',
      type: 'string',
      description: 'Addresses and ports that are ready, as far as they fit.',
      cell: formatEndpoints,
    },
    ageColumn,
  ],
};

function validate({ subsets = [] }: Endpoints): FieldError[] {
  const errors: Errors = [];
  for (const [index, subset] of subsets.entries()) checkSubset(errors, `subsets[${index}]`, subset);
  return errors;
}

function checkSubset(errors: Errors, path: string, subset: EndpointSubset): void {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const [index, address] of addresses.entries()) {
    checkAddress(errors, `${path}.addresses[${index}]`, address);
  }
  for (const [index, address] of notReadyAddresses.entries()) {
    checkAddress(errors, `${path}.notReadyAddresses[${index}]`, address);
  }
  for (const [index, port] of ports.entries()) {
    checkPort(errors, `${path}.ports[${index}]`, port, ports.length > 1);
  }
}

function checkAddress(errors: Errors, path: string, address: EndpointAddress): void {
  const { ip = '', hostname, nodeName } = address;
  checkIp(errors, `${path}.ip`, ip);
  if (hostname) checkFormat(errors, `${path}.hostname`, hostname, isDNS1123Label(hostname));
  if (nodeName !== undefined) {
    checkFormat(errors, `${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName));
  }
  checkPublicIp(errors, `${path}.ip`, ip);
}

function checkPort(
  errors: Errors,
  path: string,
  { name, port, protocol, appProtocol }: CoreV1EndpointPort,
  needsName: boolean,
): void {
  if (name) checkFormat(errors, `${path}.name`, name, isDNS1123Label(name));
  else if (needsName) errors.push(required(`${path}.name`));
  checkPortNumber(errors, `${path}.port`, port);
  checkOneOf(errors, `${path}.protocol`, protocol, protocols);
  if (appProtocol !== undefined) {
    checkFormat(errors, `${path}.appProtocol`, appProtocol, isQualifiedName(appProtocol));
  }
}

function formatEndpoints({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  return firstThree(
    subsets.flatMap(({ addresses = [], ports = [] }) =>
      ports.length === 0
        ? addresses.map(({ ip }) => ip ?? '')
        : ports.flatMap(({ port }) => addresses.map(({ ip }) => joinHostPort(ip, port))),
    ),
  );
}

function joinHostPort(ip = '', port = 0): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
