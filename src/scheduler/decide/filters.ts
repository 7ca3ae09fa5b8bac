/**
 * What a node may refuse a pod for, in Kubernetes' order (the default plugins). The first filter that
 * refuses speaks, so that the counts of a message add up to the number of nodes.
 *
 * A new rule is one more entry of `filters`, with its codes in `#api/reasons.ts` and their cures in
 * `cures.ts`.
 */
import type { SchedulingRefusal } from '#api/reasons.ts';
import type { Filter, NodeCheck, NodeRefusal, PodRefused, TrialState } from './filter.ts';
import { nodeAffinity, nodeName, nodeUnschedulable, taintToleration } from './node-filters.ts';
import type { NodeState } from './node-state.ts';
import { interPodAffinity } from './pod-affinity-filter.ts';
import type { PodNeeds } from './pod-needs.ts';
import { nodePorts } from './ports-filter.ts';
import { nodeResources } from './resources-filter.ts';
import { podTopologySpread } from './spread-filter.ts';
import { volumeBinding } from './volume-filter.ts';
import { volumeZone } from './volume-zone-filter.ts';

export const filters: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResources,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
];

const gone: readonly NodeRefusal[] = [{ code: 'node-name', isFinal: true }];

export interface Checks {
  /** The pod can go nowhere. */
  readonly refused: SchedulingRefusal | undefined;
  /** What each node is asked. */
  readonly check: NodeCheck;
  /** A node's answer rests on that node alone. */
  readonly isLocal: boolean;
  /** Only the sums of a node's resources and its number of pods can refuse what the node itself takes. */
  readonly isArithmetic: boolean;
}

/** Good for this decision only. */
export function checksFor(needs: PodNeeds, cluster: TrialState): Checks {
  const checks: NodeCheck[] = [];
  let isLocal = true;
  for (const filter of filters) {
    const prepared = filter.prepare(needs, cluster);
    if (prepared === undefined) continue;
    if (isRefused(prepared)) {
      return { refused: prepared.refused, check: () => gone, isLocal, isArithmetic: false };
    }
    checks.push(prepared);
    isLocal &&= filter.isLocal;
  }
  const { hostPorts, request } = needs.shape;
  const isArithmetic = isLocal && hostPorts.length === 0 && request.extended === undefined;
  const check: NodeCheck = (state) => {
    if (state.node === undefined) return gone;
    for (const each of checks) {
      const refusals = each(state);
      if (refusals !== undefined) return refusals;
    }
    return undefined;
  };
  return { refused: undefined, check: heeding(needs, cluster, check), isLocal, isArithmetic };
}

function isRefused(prepared: NodeCheck | PodRefused): prepared is PodRefused {
  return typeof prepared !== 'function';
}

/** Why the node does not take the pod; absent: it does. */
export function refusalsOf(
  needs: PodNeeds,
  state: NodeState,
  cluster: TrialState,
): readonly SchedulingRefusal[] | undefined {
  const { refused, check } = checksFor(needs, cluster);
  return refused === undefined ? check(state) : [refused];
}

/**
 * Room that was made for a pod is not given to a less important one: where such pods wait, the pod
 * must fit with all of them in place, and (since it may count on one of them) without them.
 */
function heeding(needs: PodNeeds, cluster: TrialState, check: NodeCheck): NodeCheck {
  return (state) => {
    if (!state.isAwaited) return check(state);
    const before = cluster
      .nominatedTo(state.name)
      .filter(({ uid, shape }) => uid !== needs.uid && shape.priority >= needs.shape.priority);
    for (const each of before) cluster.put(each, state);
    const refusals = before.length > 0 ? check(state) : undefined;
    for (const each of before) cluster.take(each, state);
    return refusals ?? check(state);
  };
}
