/**
 * The cluster as the scheduler counts it, kept up to date change by change: nothing is recounted per
 * decision. One owner, the scheduler; decisions read it, and try things out in it, within one
 * synchronous step.
 */
import type { View } from '#api/decision.ts';
import type { Labels, Selector } from '#api/selector.ts';
import type { Node, Pod } from '#api/types.ts';
import { LruMap } from '#base/lru-map.ts';
import type { Candidates } from './decide/candidates.ts';
import type { TrialState } from './decide/filter.ts';
import { Ledger } from './decide/ledger.ts';
import { NodeState } from './decide/node-state.ts';
import { PodIndex } from './decide/pod-index.ts';
import { type PodNeeds, renewed } from './decide/pod-needs.ts';
import { ChangeLog, type Refusals } from './decide/refusals.ts';
import { Siblings } from './decide/siblings.ts';
import { Streak } from './decide/streak.ts';
import { noVolumes, type VolumeFacts } from './decide/volumes.ts';

/** So many changes a shape that fits nowhere may miss before all nodes are asked again. */
const changesMax = 4096;
/** Each of them holds an answer of every node. */
const refusedShapesMax = 16;
const nobody: readonly PodNeeds[] = [];
const noLabels: Labels = {};

export class Snapshot implements TrialState {
  readonly volumes: VolumeFacts;
  readonly pods: PodIndex;
  readonly #siblings: Siblings | undefined;
  readonly log = new ChangeLog(changesMax);
  readonly refusals = new LruMap<string, Refusals>(refusedShapesMax);
  readonly candidates = new LruMap<string, Candidates>(refusedShapesMax);
  readonly streak = new Streak();
  readonly #ledger = new Ledger();
  readonly #states = new Map<string, NodeState>();
  /** On which node a pod is counted. */
  readonly #placed = new Map<string, NodeState>();
  readonly #namespaces = new Map<string, Labels>();
  readonly #images = new Map<string, number>();
  /** Pods that wait for room on a node: by node, and the node by the pod's key. */
  readonly #nominated = new Map<string, readonly PodNeeds[]>();
  readonly #nominations = new Map<string, string>();
  /** Made anew after nodes came, went or changed their zone. */
  #order: readonly NodeState[] | undefined;

  constructor(volumes: VolumeFacts = noVolumes, view?: View) {
    this.volumes = volumes;
    this.#siblings = view && new Siblings(view);
    this.pods = new PodIndex(
      () => this.nodes,
      (namespace) => this.#namespaces.get(namespace) ?? noLabels,
    );
  }

  get nodes(): readonly NodeState[] {
    this.#order ??= interleaved([...this.#states.values()].filter(({ node }) => node));
    return this.#order;
  }

  find(name: string): NodeState | undefined {
    return this.#states.get(name);
  }

  siblings(needs: PodNeeds): Selector | undefined {
    return this.#siblings?.of(needs.shape);
  }

  nodesWithImage(name: string): number {
    return this.#images.get(name) ?? 0;
  }

  setNode(node: Node): void {
    const state = this.#stateFor(node.metadata.name);
    this.#changeNode(state, node);
  }

  /** Pods may outlive their node for a while; they count again when it comes back. */
  removeNode(name: string): void {
    const state = this.#states.get(name);
    if (state?.node === undefined) return;
    this.#changeNode(state, undefined);
    this.#dropIfEmpty(state);
  }

  setNamespace(name: string, labels: Labels | undefined): void {
    if (labels === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, labels);
    this.pods.namespacesChanged();
  }

  /** Counts the pod on the node, wherever it was counted before. */
  place(needs: PodNeeds, node: string): void {
    this.remove(needs.key);
    const state = this.#stateFor(node);
    this.put(needs, state);
    this.#placed.set(needs.key, state);
    this.log.note(state);
  }

  /** The node where it was counted. */
  remove(key: string): string | undefined {
    const state = this.#placed.get(key);
    const needs = state?.pod(key);
    if (state === undefined || needs === undefined) return undefined;
    this.#placed.delete(key);
    this.take(needs, state);
    this.log.note(state);
    this.#dropIfEmpty(state);
    return state.name;
  }

  put(needs: PodNeeds, state: NodeState): void {
    state.addPod(needs);
    this.pods.add(needs, state);
  }

  take(needs: PodNeeds, state: NodeState): void {
    state.removePod(needs.key);
    this.pods.remove(needs, state);
  }

  nodeOf(key: string): string | undefined {
    return this.#placed.get(key)?.name;
  }

  podOf(key: string): PodNeeds | undefined {
    return this.#placed.get(key)?.pod(key);
  }

  /** Its status changed, which counts for nothing but is looked at when it is a victim. */
  renew(key: string, pod: Pod): void {
    const state = this.#placed.get(key);
    const needs = state?.pod(key);
    if (state !== undefined && needs !== undefined) state.renewPod(renewed(needs, pod));
  }

  nominatedTo(node: string): readonly PodNeeds[] {
    return this.#nominated.get(node) ?? nobody;
  }

  nominationOf(key: string): string | undefined {
    return this.#nominations.get(key);
  }

  nominate(needs: PodNeeds, node: string): void {
    this.unnominate(needs.key);
    this.#nominations.set(needs.key, node);
    this.#nominated.set(node, [...this.nominatedTo(node), needs]);
    this.#noteNamed(node);
  }

  unnominate(key: string): void {
    const node = this.#nominations.get(key);
    if (node === undefined) return;
    this.#nominations.delete(key);
    const others = this.nominatedTo(node).filter((each) => each.key !== key);
    if (others.length === 0) this.#nominated.delete(node);
    else this.#nominated.set(node, others);
    this.#noteNamed(node);
  }

  #noteNamed(node: string): void {
    const state = this.#states.get(node);
    if (state === undefined) return;
    state.isAwaited = this.#nominated.has(node);
    this.log.note(state);
  }

  #changeNode(state: NodeState, node: Node | undefined): void {
    const { node: before, zone, images } = state;
    const [labels, taints] = [state.labels, before?.spec?.taints];
    state.setNode(node);
    this.log.note(state);
    this.streak.end();
    if ((before === undefined) !== (node === undefined) || zone !== state.zone) {
      this.#order = undefined;
    }
    if (images !== state.images) this.#countImages(images, state.images);
    if (before === undefined || labels !== state.labels || taints !== node?.spec?.taints) {
      this.pods.nodeChanged(state);
    }
  }

  #countImages(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): void {
    for (const name of before.keys()) this.#images.set(name, this.nodesWithImage(name) - 1);
    for (const name of after.keys()) this.#images.set(name, this.nodesWithImage(name) + 1);
    for (const name of before.keys()) if (this.#images.get(name) === 0) this.#images.delete(name);
  }

  #stateFor(name: string): NodeState {
    let state = this.#states.get(name);
    if (state === undefined) {
      this.#states.set(name, (state = new NodeState(name, this.#ledger)));
      state.isAwaited = this.#nominated.has(name);
    }
    return state;
  }

  #dropIfEmpty(state: NodeState): void {
    if (state.node !== undefined || state.podCount > 0) return;
    this.#states.delete(state.name);
    this.#ledger.release(state.offset);
  }
}

/** One node of each zone in turn, so that a part of all nodes is a part of every zone. */
function interleaved(states: readonly NodeState[]): readonly NodeState[] {
  const zones = new Map<string, NodeState[]>();
  for (const state of states) {
    const { zone = '' } = state;
    const zoned = zones.get(zone);
    if (zoned === undefined) zones.set(zone, [state]);
    else zoned.push(state);
  }
  if (zones.size <= 1) return states;
  const order: NodeState[] = [];
  const lists = [...zones.values()];
  for (let at = 0; order.length < states.length; at++) {
    for (const list of lists) {
      const state = list[at];
      if (state !== undefined) order.push(state);
    }
  }
  return order;
}
