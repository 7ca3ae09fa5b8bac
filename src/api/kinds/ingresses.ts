import type { Kind } from '../kind.ts';
import type { Ingress, IngressRule } from '../types.ts';
import { ageColumn, nameColumn, orNone } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import {
  validateIngress,
  validateIngressCreate,
  validateIngressStatus,
} from './ingresses/validate.ts';
import { readIngressOptions } from './ingresses/annotations.ts';
import { balancerAddresses } from './services/columns.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
/** The gateway's own; of others' Ingresses their controllers speak. */
const ownClasses: readonly (string | undefined)[] = [undefined, 'gantry'];

export const ingresses: Kind<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  resource: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Ingress',
  subresources: [statusSubresource],
  hasStatus: true,
  defaultsStatus: true,
  defaults(ingress) {
    ingress.status ??= {};
    ingress.status.loadBalancer ??= {};
  },
  prepareForCreate(ingress) {
    ingress.metadata.generation = 1;
    ingress.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  validateCreate: validateIngressCreate,
  validateSubresource: { status: validateIngressStatus },
  warnings: ({ metadata: { annotations }, spec }) => [
    ...(annotations?.[classAnnotation] === undefined
      ? []
      : [
          `annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`,
        ]),
    ...(ownClasses.includes(spec?.ingressClassName ?? annotations?.[classAnnotation])
      ? readIngressOptions(annotations).problems.map(({ message }) => message)
      : []),
  ],
  columns: [
    nameColumn,
    {
      name: 'Class',
      type: 'string',
      description: 'Class whose controller serves it.',
      cell: ({ spec }) => orNone(spec?.ingressClassName),
    },
    {
      name: 'Hosts',
      type: 'string',
      description: 'Hosts that its rules are for.',
      cell: ({ spec }) => formatHosts(spec?.rules ?? []),
    },
    {
      name: 'Address',
      type: 'string',
      description: 'Where it is reached.',
      cell: (ingress) => balancerAddresses(ingress).join(','),
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'Ports that are open.',
      cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80'),
    },
    ageColumn,
  ],
};

/** At most three; the count behind them is of rules, with or without a host. */
function formatHosts(rules: readonly IngressRule[]): string {
  const hosts: string[] = [];
  for (const { host } of rules) {
    if (hosts.length === 3) return `${hosts.join(',')} + ${rules.length - 3} more...`;
    if (host) hosts.push(host);
  }
  return hosts.join(',') || '*';
}
