/**
 * How many pods of some sort are where: per node, and per domain of a topology (a zone, a rack, a
 * node). All of it is kept up to date pod by pod and node by node, so that a decision only reads.
 */
import type { NodeState } from './node-state.ts';

/** Which nodes count, and in which domain. */
export interface DomainRule {
  readonly id: string;
  /** Undefined: the node does not count. */
  domainOf(state: NodeState): string | undefined;
}

export class Topology {
  readonly #rule: DomainRule;
  readonly #domains = new Map<NodeState, string>();
  /** Nodes per domain. */
  readonly #sizes = new Map<string, number>();
  readonly #counts = new Set<DomainCounts>();

  constructor(rule: DomainRule, nodes: Iterable<NodeState>) {
    this.#rule = rule;
    for (const state of nodes) this.refresh(state);
  }

  /** Number of domains. */
  get size(): number {
    return this.#sizes.size;
  }

  domainOf(state: NodeState): string | undefined {
    return this.#domains.get(state);
  }

  follow(counts: DomainCounts): void {
    this.#counts.add(counts);
  }

  /** The node came, changed or went. */
  refresh(state: NodeState): void {
    const next = state.node === undefined ? undefined : this.#rule.domainOf(state);
    const previous = this.#domains.get(state);
    if (next === previous) return;
    for (const counts of this.#counts) counts.move(state, previous, next);
    if (previous !== undefined) change(this.#sizes, previous, -1);
    if (next === undefined) this.#domains.delete(state);
    else {
      this.#domains.set(state, next);
      change(this.#sizes, next, 1);
    }
  }
}

export class DomainCounts {
  readonly topology: Topology;
  readonly #counter: Counter;
  /** Only those with pods. */
  readonly #counts = new Map<string, number>();
  /** Number of domains by their count, so that the least one needs no search. */
  readonly #histogram = new Map<number, number>();
  /** The least of them; absent after a change, until somebody asks. */
  #least: number | undefined;

  constructor(topology: Topology, counter: Counter) {
    this.topology = topology;
    this.#counter = counter;
    for (const [state, count] of counter.nodes()) this.add(state, count);
    topology.follow(this);
  }

  /** Pods in the domain. */
  in(domain: string | undefined): number {
    return domain === undefined ? 0 : (this.#counts.get(domain) ?? 0);
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** Pods in the domain that has the fewest; infinite when there is no domain. */
  least(): number {
    if (this.topology.size === 0) return Number.POSITIVE_INFINITY;
    if (this.#counts.size < this.topology.size) return 0;
    this.#least ??= Math.min(...this.#histogram.keys());
    return this.#least;
  }

  add(state: NodeState, by: number): void {
    const domain = this.topology.domainOf(state);
    if (domain !== undefined) this.#shift(domain, by);
  }

  move(state: NodeState, from: string | undefined, to: string | undefined): void {
    const count = this.#counter.on(state);
    if (count === 0) return;
    if (from !== undefined) this.#shift(from, -count);
    if (to !== undefined) this.#shift(to, count);
  }

  #shift(domain: string, by: number): void {
    this.#least = undefined;
    const before = this.#counts.get(domain) ?? 0;
    change(this.#counts, domain, by);
    if (before !== 0) change(this.#histogram, before, -1);
    if (before + by !== 0) change(this.#histogram, before + by, 1);
  }
}

/** Pods of one sort. */
export class Counter {
  readonly #nodes = new Map<NodeState, number>();
  readonly #domains = new Map<Topology, DomainCounts>();

  nodes(): Iterable<[NodeState, number]> {
    return this.#nodes;
  }

  on(state: NodeState): number {
    return this.#nodes.get(state) ?? 0;
  }

  add(state: NodeState, by: number): void {
    change(this.#nodes, state, by);
    for (const domains of this.#domains.values()) domains.add(state, by);
  }

  by(topology: Topology): DomainCounts {
    let domains = this.#domains.get(topology);
    if (domains === undefined) {
      domains = new DomainCounts(topology, this);
      this.#domains.set(topology, domains);
    }
    return domains;
  }

  forgetDomains(): void {
    this.#domains.clear();
  }
}

function change<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
