/**
 * Pods by what they are like, for rules between pods: how many that a rule means are in a domain, and
 * which rules of pods in place mean a pod that waits.
 *
 * Promises: what is asked for the first time is counted once, over groups of alike pods; from then on
 * it follows each pod and each node. An answer stays right within a decision, also while pods are put
 * and taken for a trial. Bounded: beyond `limits` everything is forgotten, and counted when asked anew.
 */
import { Counter, type DomainCounts, type DomainRule, Topology } from './counts.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds, PodShape } from './pod-needs.ts';
import type { Described, NamespaceLabels, PodSelection, PodTerm } from './pod-terms.ts';

const limits = { selectionsMax: 4096, topologiesMax: 256, rulesMax: 8192 };

/** Pods with the same labels in the same namespace. */
interface Group {
  readonly described: Described;
  readonly counter: Counter;
  size: number;
  readonly members: Counter[];
}

interface Selected {
  readonly selection: PodSelection;
  readonly counter: Counter;
}

/** A rule that pods in place have: how many of them are where. */
export interface PlacedRule {
  readonly term: PodTerm;
  /** Of a rule that must hold: 0. */
  readonly weight: number;
  readonly counter: Counter;
}

/** Those of the rules in place that mean pods of one shape. */
interface Concerning {
  readonly version: number;
  readonly against: readonly PlacedRule[];
  readonly weighing: readonly PlacedRule[];
}

/** Kubernetes: hardPodAffinityWeight. */
const requiredWeight = 1;

export class PodIndex {
  readonly #nodes: () => Iterable<NodeState>;
  readonly namespaceLabels: NamespaceLabels;
  readonly #groups = new Map<string, Group>();
  readonly #selections = new Map<string, Selected>();
  readonly #topologies = new Map<string, Topology>();
  readonly #against = new Map<string, PlacedRule>();
  readonly #weighing = new Map<string, PlacedRule>();
  readonly #concerning = new WeakMap<PodShape, Concerning>();
  #version = 0;

  constructor(nodes: () => Iterable<NodeState>, namespaceLabels: NamespaceLabels) {
    this.#nodes = nodes;
    this.namespaceLabels = namespaceLabels;
  }

  add(needs: PodNeeds, state: NodeState): void {
    this.#count(needs.shape, state, 1);
  }

  remove(needs: PodNeeds, state: NodeState): void {
    this.#count(needs.shape, state, -1);
  }

  count(selection: PodSelection): Counter {
    const known = this.#selections.get(selection.id);
    if (known !== undefined) return known.counter;
    const counter = new Counter();
    this.#selections.set(selection.id, { selection, counter });
    for (const group of this.#groups.values()) {
      if (!selection.means(group.described, this.namespaceLabels)) continue;
      group.members.push(counter);
      for (const [state, count] of group.counter.nodes()) counter.add(state, count);
    }
    return counter;
  }

  topology(rule: DomainRule): Topology {
    let topology = this.#topologies.get(rule.id);
    if (topology === undefined) {
      topology = new Topology(rule, this.#nodes());
      this.#topologies.set(rule.id, topology);
    }
    return topology;
  }

  /** Every node that has the label. */
  domains(counter: Counter, topologyKey: string): DomainCounts {
    return counter.by(
      this.topology({ id: topologyKey, domainOf: ({ labels }) => labels[topologyKey] }),
    );
  }

  /** Rules of pods in place that keep pods of this shape away from them. */
  against(shape: PodShape): readonly PlacedRule[] {
    return this.#rulesFor(shape).against;
  }

  /** Rules of pods in place that attract pods of this shape, or put them off. */
  weighing(shape: PodShape): readonly PlacedRule[] {
    return this.#rulesFor(shape).weighing;
  }

  nodeChanged(state: NodeState): void {
    for (const topology of this.#topologies.values()) topology.refresh(state);
  }

  /** Labels of a namespace changed: rules may mean other pods now. */
  namespacesChanged(): void {
    this.#forget();
  }

  /** Between decisions: forgets when there is too much to follow. */
  trim(): void {
    const rules = this.#against.size + this.#weighing.size;
    if (
      this.#selections.size > limits.selectionsMax ||
      this.#topologies.size > limits.topologiesMax ||
      rules > limits.rulesMax
    ) {
      this.#forget();
    }
  }

  #forget(): void {
    this.#selections.clear();
    this.#topologies.clear();
    for (const { members } of this.#groups.values()) members.length = 0;
    for (const rules of [this.#against, this.#weighing]) {
      for (const [id, { counter }] of rules) {
        counter.forgetDomains();
        if (isEmpty(counter)) rules.delete(id);
      }
    }
    this.#version++;
  }

  #count(shape: PodShape, state: NodeState, by: 1 | -1): void {
    const group = this.#groupOf(shape);
    group.size += by;
    group.counter.add(state, by);
    for (const counter of group.members) counter.add(state, by);
    if (group.size === 0) this.#groups.delete(shape.describedKey);
    if (!shape.hasPodRules) return;
    for (const term of shape.antiAffinity) this.#rule(this.#against, term, 0).add(state, by);
    for (const term of shape.affinity) {
      this.#rule(this.#weighing, term, requiredWeight).add(state, by);
    }
    for (const { term, weight } of shape.preferredPods) {
      this.#rule(this.#weighing, term, weight).add(state, by);
    }
  }

  #groupOf(shape: PodShape): Group {
    let group = this.#groups.get(shape.describedKey);
    if (group !== undefined) return group;
    const members: Counter[] = [];
    for (const { selection, counter } of this.#selections.values()) {
      if (selection.means(shape, this.namespaceLabels)) members.push(counter);
    }
    group = { described: shape, counter: new Counter(), size: 0, members };
    this.#groups.set(shape.describedKey, group);
    return group;
  }

  #rule(rules: Map<string, PlacedRule>, term: PodTerm, weight: number): Counter {
    const id = `${weight} ${term.id}`;
    let rule = rules.get(id);
    if (rule === undefined) {
      rule = { term, weight, counter: new Counter() };
      rules.set(id, rule);
      this.#version++;
    }
    return rule.counter;
  }

  #rulesFor(shape: PodShape): Concerning {
    const known = this.#concerning.get(shape);
    if (known?.version === this.#version) return known;
    const meaning = (rules: ReadonlyMap<string, PlacedRule>): PlacedRule[] =>
      [...rules.values()].filter(({ term }) => term.means(shape, this.namespaceLabels));
    const found: Concerning = {
      version: this.#version,
      against: meaning(this.#against),
      weighing: meaning(this.#weighing),
    };
    this.#concerning.set(shape, found);
    return found;
  }
}

function isEmpty(counter: Counter): boolean {
  for (const _ of counter.nodes()) return false;
  return true;
}
