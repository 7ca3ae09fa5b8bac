/**
 * What a node may refuse a pod for. The order is Kubernetes' (the default plugins); the first filter
 * that refuses speaks, so that the counts of a message add up to the number of nodes. Only the check
 * of resources names everything that lacks.
 */
import type { SchedulingRefusal } from '#api/reasons.ts';
import { untolerated } from '#api/tolerations.ts';
import type { Taint } from '#api/types.ts';
import { isWanted } from './node-affinity.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';

const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const repelling = ['NoSchedule', 'NoExecute'];

/** Why the node does not take the pod; absent: it does. */
export function refusalsOf(
  needs: PodNeeds,
  state: NodeState,
): readonly SchedulingRefusal[] | undefined {
  const { node } = state;
  if (node === undefined) return [{ code: 'node-name' }];
  if (node.spec.unschedulable === true) {
    if (untolerated([unschedulable], needs.tolerations, repelling)) {
      return [{ code: 'node-unschedulable' }];
    }
  }
  if (needs.nodeName !== undefined && needs.nodeName !== state.name) return [{ code: 'node-name' }];
  const taint = node.spec.taints && untolerated(node.spec.taints, needs.tolerations, repelling);
  if (taint) {
    return [{ code: 'untolerated-taint', subject: `${taint.key}: ${taint.value ?? ''}` }];
  }
  if (!isWanted(needs, node)) return [{ code: 'node-affinity' }];
  for (const { id, address } of needs.hostPorts) {
    if (state.isTaken(id, address)) return [{ code: 'host-port-taken' }];
  }
  return lacking(needs, state);
}

function lacking(needs: PodNeeds, state: NodeState): readonly SchedulingRefusal[] | undefined {
  const { request } = needs;
  const { allocatable, requested } = state;
  let refusals: SchedulingRefusal[] | undefined;
  const lacks = (subject: string): void => {
    (refusals ??= []).push({ code: 'insufficient-resource', subject });
  };
  if (state.podCount + 1 > state.podsMax) (refusals ??= []).push({ code: 'too-many-pods' });
  // What a pod does not ask for it cannot lack, even on a node that has been given too much.
  if (request.milliCpu > 0 && request.milliCpu > allocatable.milliCpu - requested.milliCpu)
    lacks('cpu');
  if (request.memory > 0 && request.memory > allocatable.memory - requested.memory) lacks('memory');
  if (request.storage > 0 && request.storage > allocatable.storage - requested.storage) {
    lacks('ephemeral-storage');
  }
  for (const [name, amount] of request.extended ?? []) {
    const free = (allocatable.extended?.get(name) ?? 0) - (requested.extended?.get(name) ?? 0);
    if (amount > 0 && amount > free) lacks(name);
  }
  return refusals;
}
