/** The table lets through exactly what the API's words say, whatever the policies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCIDR, parseIP } from '#api/ip.ts';
import { matchesSelector } from '#api/selector.ts';
import type {
  IPBlock,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '#api/types.ts';
import {
  type Direction,
  type PolicyFacts,
  type PolicyPod,
  type PolicyTable,
  policyTable,
  type Protocol,
  type Rule,
} from './policy-table.ts';

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** As the kernel reads the table. */
function passes(table: PolicyTable, packet: Packet): boolean {
  const { from, to } = packet;
  if (from === to) return true;
  const through = (direction: Direction, own: string, other: string): boolean => {
    const chains = table.isolated[direction].get(own);
    const rules = (chains ?? []).flatMap((chain) => table.chains.get(chain)?.rules ?? []);
    return !chains || rules.some((rule) => lets(table, rule, other, packet));
  };
  return through('egress', from, to) && through('ingress', to, from);
}

function lets(table: PolicyTable, rule: Rule, other: string, { to, protocol, port }: Packet) {
  const number = numberOf(other);
  const isPeer =
    !rule.peers ||
    (rule.peers.set !== undefined && table.peers.get(rule.peers.set)?.has(other)) ||
    rule.peers.blocks.some(([first, last]) => first <= number && number <= last);
  const isPort =
    !rule.ports ||
    rule.ports.some((each) => {
      if (each.named !== undefined)
        return table.named.get(each.named)?.has(`${to} . ${protocol} . ${port}`);
      if (each.protocol !== protocol) return false;
      return !each.range || (each.range[0] <= port && port <= each.range[1]);
    });
  return isPeer && isPort;
}

/** As the API reference says it, without any thought of speed. */
function allowed(facts: PolicyFacts, packet: Packet): boolean {
  const podAt = (address: string): PolicyPod | undefined =>
    facts.pods.find((pod) => pod.address === address);
  const [from, to] = [podAt(packet.from), podAt(packet.to)];
  if (packet.from === packet.to) return true;
  const about = (pod: PolicyPod | undefined, type: string): NetworkPolicy[] =>
    facts.policies.filter(
      ({ metadata, spec }) =>
        pod &&
        metadata.namespace === pod.namespace &&
        spec.policyTypes?.includes(type) &&
        matchesSelector(spec.podSelector, pod.labels),
    );
  const fits = (ports: NetworkPolicyPort[] | undefined): boolean =>
    !ports?.length || ports.some((each) => fitsPort(each, to, packet));
  const out = about(from, 'Egress');
  const mayLeave = out.some(({ metadata, spec }) =>
    spec.egress?.some((rule) => {
      const isPeer = (peer: NetworkPolicyPeer): boolean =>
        fitsPeer(facts, metadata.namespace, peer, to, packet.to);
      return (!rule.to?.length || rule.to.some(isPeer)) && fits(rule.ports);
    }),
  );
  const into = about(to, 'Ingress');
  const mayEnter = into.some(({ metadata, spec }) =>
    spec.ingress?.some((rule) => {
      const isPeer = (peer: NetworkPolicyPeer): boolean =>
        fitsPeer(facts, metadata.namespace, peer, from, packet.from);
      return (!rule.from?.length || rule.from.some(isPeer)) && fits(rule.ports);
    }),
  );
  return (out.length === 0 || mayLeave) && (into.length === 0 || mayEnter);
}

function fitsPort(
  { protocol = 'TCP', port, endPort }: NetworkPolicyPort,
  to: PolicyPod | undefined,
  packet: Packet,
): boolean {
  if (protocol.toLowerCase() !== packet.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === 'number')
    return endPort === undefined
      ? packet.port === port
      : port <= packet.port && packet.port <= endPort;
  return Boolean(
    to?.ports.some(
      (each) =>
        each.name === port && each.protocol === packet.protocol && each.port === packet.port,
    ),
  );
}

function fitsPeer(
  { namespaces }: PolicyFacts,
  own: string | undefined,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  pod: PolicyPod | undefined,
  address: string,
): boolean {
  if (ipBlock) return inBlock(ipBlock, address);
  if (!pod) return false;
  const isNamespace = namespaceSelector
    ? matchesSelector(namespaceSelector, namespaces.get(pod.namespace))
    : pod.namespace === own;
  return isNamespace && (!podSelector || matchesSelector(podSelector, pod.labels));
}

function inBlock({ cidr, except = [] }: IPBlock, address: string): boolean {
  const isIn = (text: string): boolean => {
    const block = parseCIDR(text);
    const ip = parseIP(address);
    if (block?.family !== 4 || !ip) return false;
    const shift = BigInt(32 - block.prefix);
    return ip.value >> shift === block.address >> shift;
  };
  return isIn(cidr) && !except.some(isIn);
}

function numberOf(address: string): number {
  return Number(parseIP(address)?.value ?? 0n);
}

const labels = fc.record({ a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', '2') });
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  fc.constantFrom('1', '2').map((value) => ({ matchLabels: { a: value } })),
  fc
    .constantFrom('In', 'NotIn')
    .map((operator) => ({ matchExpressions: [{ key: 'b', operator, values: ['1'] }] })),
);
const cidr = fc.constantFrom('0.0.0.0/0', '10.0.0.0/29', '10.0.0.4/30', '192.0.2.0/24', 'fd00::/8');
const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  fc.record(
    { podSelector: selector, namespaceSelector: selector },
    { requiredKeys: ['podSelector'] },
  ),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  fc
    .record({
      cidr,
      except: fc.array(
        fc.constantFrom('10.0.0.2/31', '10.0.0.3/32', '10.0.0.0/30', '192.0.2.9/32'),
      ),
    })
    .map((ipBlock) => ({ ipBlock })),
);
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  protocol.map((each) => ({ protocol: each })),
  fc.record({ protocol, port: fc.constantFrom(80, 81, 'http', 'dns') }),
  fc.constant({ protocol: 'TCP', port: 79, endPort: 81 }),
);
const lists = { peers: fc.array(peer, { maxLength: 3 }), ports: fc.array(port, { maxLength: 2 }) };
const policy: fc.Arbitrary<NetworkPolicy> = fc
  .record({
    namespace: fc.constantFrom('n', 'm'),
    podSelector: selector,
    policyTypes: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
    ingress: fc.array(fc.record(lists), { maxLength: 2 }),
    egress: fc.array(fc.record(lists), { maxLength: 2 }),
    uid: fc.uuid(),
  })
  .map(({ namespace, uid, ingress, egress, ...spec }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: uid, namespace, uid },
    spec: {
      ...spec,
      ingress: ingress.map(({ peers, ports }) => ({ from: peers, ports })),
      egress: egress.map(({ peers, ports }) => ({ to: peers, ports })),
    },
  }));
const podPorts = fc.constantFrom(
  [{ name: 'http', protocol: 'tcp' as const, port: 80 }],
  [
    { name: 'http', protocol: 'tcp' as const, port: 81 },
    { name: 'dns', protocol: 'udp' as const, port: 80 },
  ],
  [],
);
const facts: fc.Arbitrary<PolicyFacts> = fc.record({
  policies: fc.array(policy, { maxLength: 4 }),
  pods: fc
    .array(fc.record({ namespace: fc.constantFrom('n', 'm'), labels, ports: podPorts }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((pods) => pods.map((pod, index) => ({ ...pod, address: `10.0.0.${index + 1}` }))),
  namespaces: labels.map((each) => new Map([['n', each]])),
});

const addresses = [...Array.from({ length: 7 }, (_, index) => `10.0.0.${index + 1}`), '192.0.2.9'];

test('the table says what the API says, for every pair of addresses', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const table = policyTable(given);
      for (const from of addresses)
        for (const to of addresses)
          for (const asked of [80, 81, 90])
            for (const each of ['tcp', 'udp'] as const) {
              const packet = { from, to, protocol: each, port: asked };
              assert.equal(passes(table, packet), allowed(given, packet), JSON.stringify(packet));
            }
    }),
    { numRuns: 300 },
  );
});
