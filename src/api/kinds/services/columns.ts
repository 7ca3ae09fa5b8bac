import type { Column } from '../../kind.ts';
import type { Service, ServiceSpec } from '../../types.ts';
import { ageColumn, formatLabels, nameColumn, orNone } from '../common/columns.ts';
import { specOf } from './access.ts';

export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  {
    name: 'Type',
    type: 'string',
    description: 'How the Service is reached.',
    cell: (service) => specOf(service).type ?? '',
  },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: 'Address inside the cluster.',
    cell: (service) => orNone(specOf(service).clusterIPs?.[0]),
  },
  {
    name: 'External-IP',
    type: 'string',
    description: 'Addresses by which it is reached from outside.',
    cell: externalAddresses,
  },
  {
    name: 'Port(s)',
    type: 'string',
    description: 'Ports, each with the port of the nodes behind a colon and its protocol.',
    cell: (service) => ports(specOf(service)),
  },
  ageColumn,
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: 'Labels of the pods behind it.',
    cell: (service) => formatLabels(specOf(service).selector),
  },
];

function ports({ ports = [] }: ServiceSpec): string {
  const texts = ports.map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return orNone(texts.join(','));
}

function externalAddresses(service: Service): string {
  const spec = specOf(service);
  const given = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(given.join(','));
    case 'LoadBalancer':
      return [...balancerAddresses(service), ...given].join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

export function balancerAddresses({
  status,
}: {
  status?: Service['status'] | undefined;
}): readonly string[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const addresses = ingress.map(({ ip, hostname }) => ip || hostname || '');
  return [...new Set(addresses.filter(Boolean))].sort();
}
