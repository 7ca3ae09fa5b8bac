/**
 * From NetworkPolicies, pods and namespaces to the table that the kernel is to hold: one list of
 * rules per policy and direction, shared by the pods that it selects, sets of addresses for the pods
 * that rules name, and for each pod that is isolated the policies that may let something through.
 * Pods come and go as elements; rules change only with policies. Source: networking.k8s.io/v1
 * NetworkPolicy.
 */
import { compileSelector, type Labels, type Selector } from '#api/selector.ts';
import type {
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '#api/types.ts';
import { type AddressRange, merged, rangesOf } from './ranges.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';
export type Direction = 'ingress' | 'egress';

export interface PodPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** A pod with an address of its own. */
export interface PolicyPod {
  readonly namespace: string;
  readonly labels: Labels;
  readonly address: string;
  readonly ports: readonly PodPort[];
}

export interface PolicyFacts {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly PolicyPod[];
  /** Name → labels. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/** Neither `range` nor `named`: each port of the protocol. */
export interface PortMatch {
  readonly protocol: Protocol;
  readonly range?: readonly [first: number, last: number];
  /** Of a set in `named`: the address that is asked, protocol and port. */
  readonly named?: string;
}

export interface Rule {
  /** Of the other side; absent: anybody. `set`: of a set in `peers`. */
  readonly peers?: { readonly set?: string; readonly blocks: readonly AddressRange[] };
  /** Absent: any, of every protocol. */
  readonly ports?: readonly PortMatch[];
}

export interface PolicyTable {
  /** Addresses of pods that a rule names. */
  readonly peers: ReadonlyMap<string, ReadonlySet<string>>;
  /** `address . protocol . port` of ports that rules name. */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
  /** Name of a policy's chain → what it lets through. */
  readonly chains: ReadonlyMap<string, { direction: Direction; rules: readonly Rule[] }>;
  /** Address of an isolated pod → chains of which one must let a connection through. */
  readonly isolated: Readonly<Record<Direction, ReadonlyMap<string, readonly string[]>>>;
}

export const emptyPolicyTable: PolicyTable = {
  peers: new Map(),
  named: new Map(),
  chains: new Map(),
  isolated: { ingress: new Map(), egress: new Map() },
};

const typeOf: Readonly<Record<Direction, string>> = { ingress: 'Ingress', egress: 'Egress' };
const directions = ['ingress', 'egress'] as const;

export function policyTable(facts: PolicyFacts): PolicyTable {
  const table = {
    peers: new Map<string, ReadonlySet<string>>(),
    named: new Map<string, ReadonlySet<string>>(),
    chains: new Map<string, { direction: Direction; rules: readonly Rule[] }>(),
    isolated: { ingress: new Map<string, string[]>(), egress: new Map<string, string[]>() },
  };
  for (const policy of facts.policies) {
    const selector = compileSelector(policy.spec.podSelector ?? {});
    const { namespace = '' } = policy.metadata;
    const selected = facts.pods.filter(
      (pod) => pod.namespace === namespace && selector.matches(pod.labels),
    );
    for (const direction of directions) {
      if (selected.length === 0 || !policy.spec.policyTypes?.includes(typeOf[direction])) continue;
      const chain = `${direction}_${(policy.metadata.uid ?? '').replaceAll('-', '_')}`;
      table.chains.set(chain, {
        direction,
        rules: rulesOf(policy, direction).map(({ peers, ports }, index) => ({
          ...(peers?.length && {
            peers: matchPeers(facts, policy, peers, `${chain}_${index}`, table.peers),
          }),
          ...(ports?.length && { ports: ports.map((port) => matchPort(facts, port, table.named)) }),
        })),
      });
      for (const { address } of selected) {
        const chains = table.isolated[direction].get(address);
        if (chains) chains.push(chain);
        else table.isolated[direction].set(address, [chain]);
      }
    }
  }
  return table;
}

interface RuleSpec {
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
  readonly ports: readonly NetworkPolicyPort[] | undefined;
}

function rulesOf({ spec }: NetworkPolicy, direction: Direction): RuleSpec[] {
  return direction === 'ingress'
    ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
}

function matchPeers(
  facts: PolicyFacts,
  policy: NetworkPolicy,
  peers: readonly NetworkPolicyPeer[],
  name: string,
  sets: Map<string, ReadonlySet<string>>,
): NonNullable<Rule['peers']> {
  const blocks = merged(peers.flatMap(({ ipBlock }) => (ipBlock ? rangesOf(ipBlock) : [])));
  const ofPods = peers.filter(({ ipBlock }) => !ipBlock);
  if (ofPods.length === 0) return { blocks };
  const addresses = new Set<string>();
  for (const peer of ofPods) {
    const isPeer = peerTest(facts, policy.metadata.namespace ?? '', peer);
    for (const pod of facts.pods) if (isPeer(pod)) addresses.add(pod.address);
  }
  sets.set(name, addresses);
  return { set: name, blocks };
}

/** Without a selector of namespaces: pods of the policy's own. */
function peerTest(
  { namespaces }: PolicyFacts,
  own: string,
  { podSelector, namespaceSelector }: NetworkPolicyPeer,
): (pod: PolicyPod) => boolean {
  const pods = selectorOr(podSelector);
  const among = namespaceSelector && compileSelector(namespaceSelector);
  return ({ namespace, labels }) =>
    (among ? among.matches(namespaces.get(namespace)) : namespace === own) && pods.matches(labels);
}

function selectorOr(selector: LabelSelector | undefined): Selector {
  return compileSelector(selector ?? {});
}

function matchPort(
  { pods }: PolicyFacts,
  { protocol: given = 'TCP', port, endPort }: NetworkPolicyPort,
  sets: Map<string, ReadonlySet<string>>,
): PortMatch {
  const protocol = given.toLowerCase() as Protocol;
  if (port === undefined) return { protocol };
  if (typeof port === 'number') return { protocol, range: [port, endPort ?? port] };
  const named = `port_${protocol}_${port.replaceAll('-', '_')}`;
  if (!sets.has(named)) {
    const elements = pods.flatMap(({ address, ports }) =>
      ports
        .filter((each) => each.name === port && each.protocol === protocol)
        .map((each) => `${address} . ${protocol} . ${each.port}`),
    );
    sets.set(named, new Set(elements));
  }
  return { protocol, named };
}
