/** Source: Kubernetes API reference, networking/v1 NetworkPolicy; pkg/apis/networking/validation. */
import { type FieldError, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { parseCIDR } from '../ip.ts';
import type { Kind } from '../kind.ts';
import { isValidPortName } from '../names.ts';
import { formatLabelSelector } from '../selector.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../types.ts';
import { checkCidr } from './common/addresses.ts';
import { checkFormat, checkOneOfIfSet, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { checkLabelSelector } from './common/label-selectors.ts';
import { checkPortNumber } from './common/ports.ts';
import { standardVerbs } from './common/verbs.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const directions = ['Ingress', 'Egress'];

export const networkPolicies: Kind<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'NetworkPolicy',
  prepareForCreate({ metadata }) {
    metadata.generation = 1;
  },
  defaults(policy) {
    policy.spec ??= {};
    const { spec } = policy;
    spec.podSelector ??= {};
    for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
      for (const port of ports ?? []) port.protocol ??= 'TCP';
    if (!spec.policyTypes?.length)
      spec.policyTypes = spec.egress?.length ? [...directions] : ['Ingress'];
  },
  validate,
  warnings: ({ spec = {} }) => [
    ...(spec.ingress ?? []).flatMap(({ from }, index) =>
      peerWarnings(from, `spec.ingress[${index}].from`),
    ),
    ...(spec.egress ?? []).flatMap(({ to }, index) => peerWarnings(to, `spec.egress[${index}].to`)),
  ],
  columns: [
    nameColumn,
    {
      name: 'Pod-Selector',
      type: 'string',
      description: 'Labels of the pods that it is about.',
      cell: ({ spec }) => formatLabelSelector(spec?.podSelector ?? {}),
    },
    ageColumn,
  ],
};

function validate({ spec = {} }: NetworkPolicy): FieldError[] {
  const errors: Errors = [];
  checkLabelSelector(errors, 'spec.podSelector', spec.podSelector);
  for (const [index, { ports, from }] of (spec.ingress ?? []).entries()) {
    checkPorts(errors, `spec.ingress[${index}].ports`, ports);
    checkPeers(errors, `spec.ingress[${index}].from`, from);
  }
  for (const [index, { ports, to }] of (spec.egress ?? []).entries()) {
    checkPorts(errors, `spec.egress[${index}].ports`, ports);
    checkPeers(errors, `spec.egress[${index}].to`, to);
  }
  const types = spec.policyTypes ?? [];
  if (types.length > directions.length) {
    const detail = 'may not specify more than two policyTypes';
    errors.push(invalid('spec.policyTypes', types, detail));
    return errors;
  }
  for (const [index, type] of types.entries())
    if (!directions.includes(type))
      errors.push(notSupported(`spec.policyTypes[${index}]`, type, directions));
  return errors;
}

function checkPorts(errors: Errors, path: string, ports: readonly NetworkPolicyPort[] = []): void {
  for (const [index, each] of ports.entries()) checkPort(errors, `${path}[${index}]`, each);
}

function checkPort(
  errors: Errors,
  path: string,
  { protocol, port, endPort }: NetworkPolicyPort,
): void {
  checkOneOfIfSet(errors, `${path}.protocol`, protocol, protocols);
  if (typeof port === 'number') {
    checkPortNumber(errors, `${path}.port`, port);
    if (endPort === undefined) return;
    if (endPort < port)
      errors.push(invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`'));
    checkPortNumber(errors, `${path}.endPort`, endPort);
    return;
  }
  if (endPort !== undefined) {
    const missing = port === undefined ? 'not specified' : 'non-numeric';
    const detail = `may not be specified when \`port\` is ${missing}`;
    errors.push(invalid(`${path}.endPort`, endPort, detail));
  }
  if (port !== undefined) checkFormat(errors, `${path}.port`, port, isValidPortName(port));
}

function checkPeers(errors: Errors, path: string, peers: readonly NetworkPolicyPeer[] = []): void {
  for (const [index, each] of peers.entries()) checkPeer(errors, `${path}[${index}]`, each);
}

function checkPeer(
  errors: Errors,
  path: string,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
): void {
  checkLabelSelector(errors, `${path}.podSelector`, podSelector);
  checkLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock) checkBlock(errors, `${path}.ipBlock`, ipBlock);
  if (!podSelector && !namespaceSelector && !ipBlock)
    errors.push(required(path, 'must specify a peer'));
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
}

function checkBlock(errors: Errors, path: string, { cidr, except = [] }: IPBlock): void {
  if (!cidr) {
    errors.push(required(`${path}.cidr`));
    return;
  }
  checkCidr(errors, `${path}.cidr`, cidr);
  const block = parseCIDR(cidr);
  if (!block) return;
  const width = block.family === 4 ? 32 : 128;
  const shift = BigInt(width - block.prefix);
  for (const [index, text] of except.entries()) {
    const at = `${path}.except[${index}]`;
    checkCidr(errors, at, text);
    const hole = parseCIDR(text);
    if (!hole) continue;
    const isInside =
      hole.family === block.family && hole.address >> shift === block.address >> shift;
    if (!isInside || block.prefix >= hole.prefix)
      errors.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  }
}

/** Pods have IPv4 addresses only: a block of the other family lets nobody in or out. */
function peerWarnings(peers: readonly NetworkPolicyPeer[] | undefined, path: string): string[] {
  return (peers ?? []).flatMap(({ ipBlock }, index) =>
    ipBlock?.cidr?.includes(':')
      ? [`${path}[${index}].ipBlock: IPv6 is not routed here; the block matches no traffic`]
      : [],
  );
}
