/**
 * The forms of a scheduling rule. A filter is data: its name and what it makes of a pod. `filters.ts`
 * lists all of them in order; nothing else needs to know a filter by name.
 */
import type { SchedulingRefusal } from '#api/reasons.ts';
import type { Selector } from '#api/selector.ts';
import type { Candidates } from './candidates.ts';
import type { NodeState } from './node-state.ts';
import type { PodIndex } from './pod-index.ts';
import type { PodNeeds } from './pod-needs.ts';
import type { ChangeLog, Refusals } from './refusals.ts';
import type { Streak } from './streak.ts';
import type { VolumeFacts } from './volumes.ts';

/** What a decision reads of the cluster. */
export interface ClusterState {
  /** Nodes that exist, zones taking turns. */
  readonly nodes: readonly NodeState[];
  readonly pods: PodIndex;
  readonly volumes: VolumeFacts;
  find(name: string): NodeState | undefined;
  /** Pods that wait for room on the node, which others were told to make for them. */
  nominatedTo(node: string): readonly PodNeeds[];
  /** The node where room was made for the pod of that key. */
  nominationOf(key: string): string | undefined;
  /** Nodes that changed, and what all of them said to pods that fitted nowhere, by the shape's `localKey`. */
  readonly log: ChangeLog;
  readonly refusals: {
    get(localKey: string): Refusals | undefined;
    set(localKey: string, refusals: Refusals): void;
  };
  /** What the last pod looked at, for the next one like it. */
  readonly streak: Streak;
  /** The pods that belong together with this one by its owner and the Services that mean it. */
  siblings(needs: PodNeeds): Selector | undefined;
  /** Number of nodes that have the image. */
  nodesWithImage(name: string): number;
}

/** A cluster in which a decision may try things out. Whatever it puts and takes it must take back. */
export interface TrialState extends ClusterState {
  /** What room would take on each node, by the shape's `localKey`. */
  readonly candidates: {
    get(localKey: string): Candidates | undefined;
    set(localKey: string, candidates: Candidates): void;
  };
  /** Counts the pod on the node. */
  put(needs: PodNeeds, state: NodeState): void;
  /** The other way round. */
  take(needs: PodNeeds, state: NodeState): void;
}

/** Why a node does not take a pod. */
export interface NodeRefusal extends SchedulingRefusal {
  /** No pod that left the node would change it (Kubernetes: UnschedulableAndUnresolvable). */
  readonly isFinal: boolean;
}

/** Undefined: the node takes the pod. Must read the cluster as it is at the moment of the question. */
export type NodeCheck = (state: NodeState) => readonly NodeRefusal[] | undefined;

/** The pod cannot go anywhere, whatever the nodes. */
export interface PodRefused {
  readonly refused: SchedulingRefusal;
}

export interface Filter {
  /** As Kubernetes calls its plugin. */
  readonly name: string;
  /** A node's answer rests on that node and its pods alone, and on the pod's shape. */
  readonly isLocal: boolean;
  /** Undefined: the pod has nothing that this filter looks at. */
  prepare(needs: PodNeeds, cluster: ClusterState): NodeCheck | PodRefused | undefined;
}
