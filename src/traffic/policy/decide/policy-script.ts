/**
 * The policies' nftables table as text: the whole of it once, then what differs. Two chains in the
 * way of what is forwarded, one for who sends and one for who is asked: a packet must pass both.
 * What the node itself sends to a pod (probes, the gateway) is not forwarded and passes, as in
 * Kubernetes. Addresses of Services are translated before: policies meet the pods behind them.
 */
import {
  type Direction,
  emptyPolicyTable,
  type PolicyTable,
  type PortMatch,
  type Rule,
} from './policy-table.ts';
import { formatRange } from './ranges.ts';

export const policyTableName = (table: string): string => `${table}-policy`;

const endings: Readonly<Record<Direction, string>> = {
  // Who may not ask learns nothing; who may not send is told at once.
  ingress: 'drop',
  egress: 'reject with icmp type admin-prohibited',
};

/** Replaces what an earlier process left, in one transaction. */
export function wholeScript(table: string, wanted: PolicyTable): string {
  const name = policyTableName(table);
  return `table ip ${name} { }
delete table ip ${name}
table ip ${name} {
  map egress { type ipv4_addr : verdict; }
  map ingress { type ipv4_addr : verdict; }
  set itself { type ipv4_addr . ipv4_addr; }
  chain forward_egress {
    type filter hook forward priority -6; policy accept;
    ct state established,related accept
    ip saddr . ip daddr @itself accept
    ip saddr vmap @egress
  }
  chain forward_ingress {
    type filter hook forward priority -5; policy accept;
    ct state established,related accept
    ip saddr . ip daddr @itself accept
    ip daddr vmap @ingress
  }
}
${changeScript(table, emptyPolicyTable, wanted)}`;
}

/** Empty: nothing differs. */
export function changeScript(table: string, before: PolicyTable, wanted: PolicyTable): string {
  const name = policyTableName(table);
  const [old, next] = [partsOf(before), partsOf(wanted)];
  const lines: string[] = [];
  const gone = (all: ReadonlyMap<string, unknown>, kept: ReadonlyMap<string, unknown>): string[] =>
    [...all.keys()].filter((each) => !kept.has(each));
  for (const set of gone(next.sets, old.sets))
    lines.push(`add set ip ${name} ${set} { type ${next.sets.get(set)?.type}; }`);
  for (const chain of gone(next.chains, old.chains)) lines.push(`add chain ip ${name} ${chain}`);
  const changed = [...next.chains].filter(
    ([chain, rules]) => old.chains.get(chain)?.join('\n') !== rules.join('\n'),
  );
  // First what points to others goes, then what was pointed to; and the other way round.
  for (const [set, { elements }] of old.elements)
    lines.push(...elementLines('delete', name, set, elements, next.elements.get(set)?.elements));
  for (const [chain] of changed)
    if (old.chains.has(chain)) lines.push(`flush chain ip ${name} ${chain}`);
  for (const chain of gone(old.chains, next.chains)) lines.push(`flush chain ip ${name} ${chain}`);
  for (const [chain, rules] of changed)
    for (const rule of rules) lines.push(`add rule ip ${name} ${chain} ${rule}`);
  for (const [set, { elements }] of next.elements)
    lines.push(...elementLines('add', name, set, elements, old.elements.get(set)?.elements));
  for (const chain of gone(old.chains, next.chains)) lines.push(`delete chain ip ${name} ${chain}`);
  for (const set of gone(old.sets, next.sets)) lines.push(`delete set ip ${name} ${set}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

interface Elements {
  readonly elements: ReadonlySet<string>;
}

interface Parts {
  /** Those that come and go; the fixed ones are only in `elements`. */
  readonly sets: ReadonlyMap<string, Elements & { readonly type: string }>;
  readonly elements: ReadonlyMap<string, Elements>;
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

function partsOf({ peers, named, chains, isolated }: PolicyTable): Parts {
  const sets = new Map<string, Elements & { type: string }>();
  for (const [set, elements] of peers) sets.set(set, { type: 'ipv4_addr', elements });
  for (const [set, elements] of named)
    sets.set(set, { type: 'ipv4_addr . inet_proto . inet_service', elements });
  const all = new Map<string, readonly string[]>();
  for (const [chain, { direction, rules }] of chains)
    all.set(
      chain,
      rules.flatMap((rule) => ruleTexts(rule, direction)),
    );
  const elements = new Map<string, Elements>(sets);
  const addresses = new Set<string>();
  for (const direction of ['egress', 'ingress'] as const) {
    const leads = new Set<string>();
    for (const [address, jumps] of isolated[direction]) {
      const chain = `${direction}_of_${address.replaceAll('.', '_')}`;
      all.set(chain, [...jumps.map((each) => `jump ${each}`), endings[direction]]);
      leads.add(`${address} : goto ${chain}`);
      addresses.add(`${address} . ${address}`);
    }
    elements.set(direction, { elements: leads });
  }
  elements.set('itself', { elements: addresses });
  return { sets, elements, chains: all };
}

function elementLines(
  verb: 'add' | 'delete',
  table: string,
  set: string,
  elements: ReadonlySet<string>,
  other: ReadonlySet<string> | undefined,
): string[] {
  const changed = [...elements].filter((each) => !other?.has(each));
  if (changed.length === 0) return [];
  return [`${verb} element ip ${table} ${set} { ${changed.join(', ')} }`];
}

/** A rule of each kind of peer with each kind of port. */
function ruleTexts({ peers, ports }: Rule, direction: Direction): string[] {
  const side = direction === 'ingress' ? 'ip saddr' : 'ip daddr';
  const from: string[] = [];
  if (!peers) from.push('');
  if (peers?.set !== undefined) from.push(`${side} @${peers.set} `);
  if (peers?.blocks.length) from.push(`${side} { ${peers.blocks.map(formatRange).join(', ')} } `);
  const to = ports ? [...new Set(ports.map(portText))] : [''];
  return from.flatMap((peer) => to.map((port) => `${peer}${port}accept`));
}

function portText({ protocol, range, named }: PortMatch): string {
  if (named !== undefined) return `ip daddr . meta l4proto . th dport @${named} `;
  if (!range) return `meta l4proto ${protocol} `;
  const [first, last] = range;
  return `${protocol} dport ${first === last ? first : `${first}-${last}`} `;
}
