/**
 * The cluster as the scheduler counts it, kept up to date change by change: nothing is recounted per
 * decision. One owner, the scheduler; decisions read it within one synchronous step.
 */
import type { Node } from '#api/types.ts';
import type { ClusterState } from './decide/placement.ts';
import { NodeState } from './decide/node-state.ts';
import type { PodNeeds } from './decide/pod-needs.ts';
import type { OwnerSpread } from './decide/scores.ts';
import { noVolumes, type VolumeFacts } from './decide/volumes.ts';
import { OwnerCounts } from './owner-counts.ts';

export class Snapshot implements ClusterState {
  readonly volumes: VolumeFacts;
  readonly #states = new Map<string, NodeState>();
  readonly #nodes: NodeState[] = [];
  /** On which node a pod is counted. */
  readonly #placed = new Map<string, NodeState>();
  readonly #owners = new OwnerCounts();

  constructor(volumes: VolumeFacts = noVolumes) {
    this.volumes = volumes;
  }

  get nodes(): readonly NodeState[] {
    return this.#nodes;
  }

  find(name: string): NodeState | undefined {
    return this.#states.get(name);
  }

  spreadOf(owner: string | undefined): OwnerSpread {
    return this.#owners.of(owner);
  }

  setNode(node: Node): void {
    const state = this.#stateFor(node.metadata.name);
    const zone = state.zone;
    state.setNode(node);
    if (zone !== state.zone) this.#moveZone(state, zone);
    if (state.at >= 0) return;
    state.at = this.#nodes.push(state) - 1;
  }

  /** Pods may outlive their node for a while; they count again when it comes back. */
  removeNode(name: string): void {
    const state = this.#states.get(name);
    if (state === undefined || state.at < 0) return;
    const zone = state.zone;
    state.setNode(undefined);
    this.#moveZone(state, zone);
    const last = this.#nodes.pop();
    if (last !== undefined && last !== state) {
      this.#nodes[state.at] = last;
      last.at = state.at;
    }
    state.at = -1;
    this.#dropIfEmpty(state);
  }

  /** Counts a pod on a node, wherever it was counted before. */
  place(needs: PodNeeds, node: string): void {
    this.remove(needs.key);
    const state = this.#stateFor(node);
    state.addPod(needs);
    this.#placed.set(needs.key, state);
    this.#owners.count(needs.owner, node, state.zone, 1);
  }

  /** The node where it was counted. */
  remove(key: string): string | undefined {
    const state = this.#placed.get(key);
    if (state === undefined) return undefined;
    this.#placed.delete(key);
    const needs = state.removePod(key);
    this.#owners.count(needs?.owner, state.name, state.zone, -1);
    this.#dropIfEmpty(state);
    return state.name;
  }

  nodeOf(key: string): string | undefined {
    return this.#placed.get(key)?.name;
  }

  #stateFor(name: string): NodeState {
    let state = this.#states.get(name);
    if (state === undefined) this.#states.set(name, (state = new NodeState(name)));
    return state;
  }

  #dropIfEmpty(state: NodeState): void {
    if (state.node === undefined && state.podCount === 0) this.#states.delete(state.name);
  }

  #moveZone(state: NodeState, from: string | undefined): void {
    for (const { owner } of state.pods()) {
      this.#owners.count(owner, state.name, from, -1);
      this.#owners.count(owner, state.name, state.zone, 1);
    }
  }
}
