/**
 * The Services' nftables table as text: the fixed part once, then only what changed.
 *
 * No chain per Service: one map says how many backends a frontend has (a jump to the chain that all
 * frontends with so many share, which draws a number into the packet's mark), one map says which
 * backend that number is. So a change of a Service is a few map elements, and 10,000 Services load in
 * about a second.
 */
import { arrange, type Frontend, frontendKey } from './frontend.ts';

export interface TableOptions {
  readonly table: string;
  /** Addresses of all pods: what leaves it takes the node's address. */
  readonly podRange: string;
  /** Addresses of the pods of this node. */
  readonly localPodRange: string;
  readonly serviceRange: string;
  /** Addresses of Services that this node answers itself (the cluster's DNS): no other leads there. */
  readonly ownAddresses: readonly string[];
}

/** Names and keys of the maps; the order is that of the elements' parts below. */
const maps = `
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map node_ports { type inet_proto . inet_service : verdict; }
  map backends { type ipv4_addr . inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  map node_port_backends { type inet_proto . inet_service . mark : ipv4_addr . inet_service; }
  set sources { type ipv4_addr . ipv4_addr . inet_proto . inet_service; flags interval; }
  set dead { type ipv4_addr . inet_proto . inet_service; }
  set dead_node_ports { type inet_proto . inet_service; }
  set hairpin { type ipv4_addr . ipv4_addr; }
  map affinity { type ipv4_addr . ipv4_addr . inet_proto . inet_service : mark; flags dynamic,timeout; size 262144; }
  map node_port_affinity { type ipv4_addr . inet_proto . inet_service : mark; flags dynamic,timeout; size 262144; }
`;

const flushed = ['services', 'node_ports', 'backends', 'node_port_backends'];
const flushedSets = ['sources', 'dead', 'dead_node_ports', 'hairpin'];

type Chain = [name: string, hook: string, rules: string[]];

function chains(options: TableOptions): Chain[] {
  const { podRange, localPodRange } = options;
  const find = [
    'ip daddr . meta l4proto . th dport vmap @services',
    'ip daddr != 127.0.0.0/8 fib daddr type local meta l4proto . th dport vmap @node_ports',
  ];
  return [
    [
      'refuse',
      '',
      ['meta l4proto tcp reject with tcp reset', 'reject with icmp type port-unreachable'],
    ],
    [
      'to_backend',
      '',
      [
        'meta l4proto { tcp, udp, sctp } dnat ip addr . port to ip daddr . meta l4proto . th dport . meta mark map @backends',
      ],
    ],
    [
      'to_node_port_backend',
      '',
      [
        'meta l4proto { tcp, udp, sctp } dnat ip addr . port to meta l4proto . th dport . meta mark map @node_port_backends',
      ],
    ],
    ['find', '', find],
    ['nat_prerouting', 'type nat hook prerouting priority dstnat; policy accept;', ['jump find']],
    ['nat_output', 'type nat hook output priority -100; policy accept;', ['jump find']],
    [
      'unmark',
      'type filter hook prerouting priority -90; policy accept;',
      ['ct state new ct status dnat meta mark set 0'],
    ],
    [
      'unmark_output',
      'type filter hook output priority -90; policy accept;',
      ['ct state new ct status dnat meta mark set 0'],
    ],
    [
      'nat_postrouting',
      'type nat hook postrouting priority srcnat; policy accept;',
      [
        'ct status dnat ip saddr . ip daddr @hairpin masquerade fully-random',
        `ct status dnat ip saddr != ${podRange} ip daddr ${podRange} ip daddr != ${localPodRange} masquerade fully-random`,
        `ip saddr ${podRange} ip daddr != ${podRange} ip daddr != 224.0.0.0/4 fib daddr type != local masquerade fully-random`,
      ],
    ],
    ...filterChains(options),
  ];
}

/** What leads nowhere is refused at once. */
function filterChains({ serviceRange, ownAddresses }: TableOptions): Chain[] {
  const refuse = [
    'ip daddr . meta l4proto . th dport @dead goto refuse',
    'fib daddr type local meta l4proto . th dport @dead_node_ports goto refuse',
    `ip daddr ${serviceRange} fib daddr type != local goto refuse`,
  ];
  return [
    [
      'filter_input',
      'type filter hook input priority filter; policy accept;',
      ['ct state new jump refuse_dead'],
    ],
    [
      'filter_forward',
      'type filter hook forward priority filter; policy accept;',
      ['ct state new jump refuse_dead'],
    ],
    [
      'filter_output',
      'type filter hook output priority filter; policy accept;',
      // While gantry restarts a name is asked for again, after seconds: a refusal would be the last word.
      [
        ...ownAddresses.map(
          (address) => `ip saddr ${address} icmp type destination-unreachable drop`,
        ),
        'ct state new jump refuse_dead',
      ],
    ],
    ['refuse_dead', '', refuse],
  ];
}

/**
 * The fixed part with empty maps, as one atomic file. Over a table that an earlier process left, the
 * clients' affinities stay: only the rest is emptied.
 */
export function baseScript(options: TableOptions): string {
  const { table } = options;
  const all = chains(options);
  return [
    `table ip ${table} {${maps}${all.map(([name, hook]) => `  chain ${name} { ${hook} }\n`).join('')}}`,
    ...all.map(([name]) => `flush chain ip ${table} ${name}`),
    ...flushed.map((name) => `flush map ip ${table} ${name}`),
    ...flushedSets.map((name) => `flush set ip ${table} ${name}`),
    ...all.flatMap(([name, , rules]) =>
      rules.map((rule) => `add rule ip ${table} ${name} ${rule}`),
    ),
    '',
  ].join('\n');
}

type Elements = Map<string, Set<string>>;

/**
 * A flow of UDP or SCTP that the kernel must forget: its backend is gone, and it would go on to there
 * for ever; or it began before there was any backend, and would go on to nobody.
 */
export interface StaleFlow {
  readonly frontend: Frontend;
  /** Absent: whoever it leads to. */
  readonly backend?: string;
}

export interface Change {
  /** Empty: nothing to do. */
  readonly script: string;
  readonly stale: readonly StaleFlow[];
}

/**
 * What the kernel's table holds, as this process put it there. `change` gives the text that makes it
 * hold something else too, and takes that for done: when the kernel refuses it, start over from
 * `baseScript` with a new one.
 */
export class ServiceTable {
  readonly #table: string;
  readonly #frontends = new Map<string, Frontend>();
  readonly #chains = new Set<string>();
  readonly #hairpins = new Map<string, number>();

  constructor(table: string) {
    this.#table = table;
  }

  get size(): number {
    return this.#frontends.size;
  }

  has(key: string): boolean {
    return this.#frontends.has(key);
  }

  /** `undefined`: the frontend goes. */
  change(wanted: ReadonlyMap<string, Frontend | undefined>): Change {
    const removed: Elements = new Map();
    const added: Elements = new Map();
    const newChains: string[] = [];
    const stale: StaleFlow[] = [];
    const before = new Map(this.#hairpins);
    for (const [key, frontend] of wanted) {
      const previous = this.#frontends.get(key);
      const next = frontend && {
        ...frontend,
        backends: arrange(previous?.backends ?? [], frontend.backends),
      };
      if (previous) {
        collect(removed, elementsOf(previous));
        this.#countHairpins(previous, -1);
      }
      stale.push(...staleFlows(previous, next));
      if (!next) {
        this.#frontends.delete(key);
        continue;
      }
      this.#frontends.set(key, next);
      this.#countHairpins(next, 1);
      collect(added, elementsOf(next));
      newChains.push(...this.#chainsFor(next));
    }
    this.#collectHairpins(before, removed, added);
    return { script: this.#script(newChains, removed, added), stale };
  }

  #countHairpins({ backends }: Frontend, by: 1 | -1): void {
    for (const { address } of backends) {
      const count = (this.#hairpins.get(address) ?? 0) + by;
      if (count === 0) this.#hairpins.delete(address);
      else this.#hairpins.set(address, count);
    }
  }

  #collectHairpins(before: ReadonlyMap<string, number>, removed: Elements, added: Elements): void {
    for (const address of before.keys()) {
      if (!this.#hairpins.has(address)) collect(removed, [['hairpin', `${address} . ${address}`]]);
    }
    for (const address of this.#hairpins.keys()) {
      if (!before.has(address)) collect(added, [['hairpin', `${address} . ${address}`]]);
    }
  }

  /** Chains are made when first needed and stay: there are as many as there are sizes. */
  #chainsFor(frontend: Frontend): string[] {
    return pickChains(frontend)
      .filter(([name]) => !this.#chains.has(name))
      .flatMap(([name, rules]) => {
        this.#chains.add(name);
        const where = `ip ${this.#table} ${name}`;
        return [
          `add chain ${where}`,
          `flush chain ${where}`,
          ...rules.map((rule) => `add rule ${where} ${rule}`),
        ];
      });
  }

  #script(newChains: readonly string[], removed: Elements, added: Elements): string {
    const lines = [...newChains];
    for (const [verb, from, other] of [
      ['delete', removed, added],
      ['add', added, removed],
    ] as const) {
      for (const [map, elements] of from) {
        const same = other.get(map);
        const changed = [...elements].filter((each) => !same?.has(each));
        if (changed.length === 0) continue;
        lines.push(`${verb} element ip ${this.#table} ${map} { ${changed.join(', ')} }`);
      }
    }
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}

function collect(into: Elements, elements: readonly (readonly [string, string])[]): void {
  for (const [map, element] of elements) {
    const set = into.get(map);
    if (set) set.add(element);
    else into.set(map, new Set([element]));
  }
}

function pickName({ address, backends, affinitySeconds }: Frontend): string {
  const where = address === '*' ? 'node_port_' : '';
  return `${where}pick_${backends.length}${affinitySeconds === undefined ? '' : `_for_${affinitySeconds}`}`;
}

/** The chains that a frontend's packets go through, with their rules; a chain's name says all of it. */
function pickChains(frontend: Frontend): [string, string[]][] {
  const count = frontend.backends.length;
  if (count === 0) return [];
  const name = pickName(frontend);
  const nodePort = frontend.address === '*';
  const end = nodePort ? 'to_node_port_backend' : 'to_backend';
  const draw = `meta mark set numgen random mod ${count}`;
  const guard: [string, string[]][] = frontend.sources
    ? [
        [
          `guarded_${name}`,
          [`ip saddr . ip daddr . meta l4proto . th dport @sources goto ${name}`, 'drop'],
        ],
      ]
    : [];
  if (frontend.affinitySeconds === undefined) return [[name, [`${draw} goto ${end}`]], ...guard];
  const map = nodePort ? 'node_port_affinity' : 'affinity';
  const key = `ip saddr . ${nodePort ? '' : 'ip daddr . '}meta l4proto . th dport`;
  const remember = `update @${map} { ${key} timeout ${frontend.affinitySeconds}s : meta mark }`;
  const rules = [
    `meta mark set ${key} map @${map} meta mark < ${count} ${remember} goto ${end}`,
    `${draw} ${remember} goto ${end}`,
  ];
  return [[name, rules], ...guard];
}

function elementsOf(frontend: Frontend): [string, string][] {
  const { address, protocol, port, backends, sources } = frontend;
  const nodePort = address === '*';
  const place = `${nodePort ? '' : `${address} . `}${protocol} . ${port}`;
  if (backends.length === 0) return [[nodePort ? 'dead_node_ports' : 'dead', place]];
  const verdict = `goto ${sources ? 'guarded_' : ''}${pickName(frontend)}`;
  return [
    [nodePort ? 'node_ports' : 'services', `${place} : ${verdict}`],
    ...backends.map((backend, slot): [string, string] => [
      nodePort ? 'node_port_backends' : 'backends',
      `${place} . ${slot} : ${backend.address} . ${backend.port}`,
    ]),
    ...(sources ?? []).map((source): [string, string] => ['sources', `${source} . ${place}`]),
  ];
}

function staleFlows(previous: Frontend | undefined, next: Frontend | undefined): StaleFlow[] {
  const frontend = next ?? previous;
  if (!frontend || frontend.protocol === 'tcp') return [];
  if (!previous?.backends.length) return next?.backends.length ? [{ frontend }] : [];
  const stays = new Set(next?.backends.map((each) => `${each.address}:${each.port}`));
  return previous.backends
    .filter((each) => !stays.has(`${each.address}:${each.port}`))
    .map((each) => ({ frontend: previous, backend: each.address }));
}

/** Frontends by key; of two that claim the same place the first (older Service) has it. */
export function keyed(frontends: Iterable<Frontend>): Map<string, Frontend> {
  const all = new Map<string, Frontend>();
  for (const frontend of frontends) {
    const key = frontendKey(frontend);
    if (!all.has(key)) all.set(key, frontend);
  }
  return all;
}
