import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkPolicy, NetworkPolicySpec } from '../types.ts';
import { networkPolicies } from './network-policies.ts';
import { verdictOnCreate } from './testing/verdict.ts';

function policy(spec: NetworkPolicySpec): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'x', namespace: 'd' },
    spec,
  };
}

function defaulted(spec: NetworkPolicySpec): NetworkPolicySpec {
  const object = policy(spec);
  networkPolicies.defaults?.(object);
  return object.spec;
}

test('defaults: all pods, incoming; outgoing too when there are rules for it; TCP', () => {
  assert.deepEqual(defaulted({}), { podSelector: {}, policyTypes: ['Ingress'] });
  assert.deepEqual(defaulted({ egress: [{ ports: [{ port: 53 }] }] }), {
    podSelector: {},
    egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
    policyTypes: ['Ingress', 'Egress'],
  });
  assert.deepEqual(defaulted({ policyTypes: ['Egress'] }).policyTypes, ['Egress']);
});

const port = (fields: object): NetworkPolicySpec => ({ ingress: [{ ports: [fields] }] });
const peer = (fields: object): NetworkPolicySpec => ({ egress: [{ to: [fields] }] });

const refusals: readonly [what: string, spec: NetworkPolicySpec, ...expected: string[]][] = [
  ['nothing wrong', port({ port: 8000, endPort: 8010, protocol: 'SCTP' })],
  [
    'a protocol that there is not',
    port({ protocol: 'ICMP' }),
    'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
  ],
  [
    'a port that cannot be',
    port({ port: 0 }),
    'spec.ingress[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  ],
  [
    'a range that runs backwards',
    port({ port: 90, endPort: 80 }),
    'spec.ingress[0].ports[0].endPort: Invalid value: 90: must be greater than or equal to `port`',
  ],
  [
    'a range from a name',
    port({ port: 'http', endPort: 80 }),
    'spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is non-numeric',
  ],
  [
    'a range from nowhere',
    port({ endPort: 80 }),
    'spec.ingress[0].ports[0].endPort: Invalid value: 80: may not be specified when `port` is not specified',
  ],
  ['nobody', peer({}), 'spec.egress[0].to[0]: Required value: must specify a peer'],
  [
    'an address and pods in one',
    peer({ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
    'spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer',
  ],
  [
    'no block',
    peer({ ipBlock: { cidr: '' } }),
    'spec.egress[0].to[0].ipBlock.cidr: Required value',
  ],
  [
    'holes that are not in the block',
    peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/9', '10.0.0.0/8', '10.1.0.0/16'] } }),
    'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/9": must be a strict subset of `cidr`',
    'spec.egress[0].to[0].ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
  ],
  [
    'a selector without sense',
    { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
    "spec.podSelector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    'a direction that there is not',
    { policyTypes: ['Up'] },
    'spec.policyTypes[0]: Unsupported value: "Up": supported values: "Ingress", "Egress"',
  ],
  [
    'three directions',
    { policyTypes: ['Ingress', 'Egress', 'Ingress'] },
    'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
  ],
];

for (const [what, spec, ...expected] of refusals) {
  test(`NetworkPolicy: ${what}`, () =>
    assert.deepEqual(verdictOnCreate(networkPolicies, policy(spec)), expected));
}

test('blocks of IPv6 are warned of', () => {
  const spec = { ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/8' } }] }] };
  assert.match(networkPolicies.warnings?.(policy(spec))[0] ?? '', /^spec\.ingress\[0\]\.from\[0\]/);
});
