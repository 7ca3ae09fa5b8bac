/** VolumeBinding and VolumeRestrictions: a pod goes where its claims can be had (`volumes.ts`). */
import { keyOf } from '#api/object.ts';
import type { SchedulingCode, SchedulingRefusal } from '#api/reasons.ts';
import { podClaimIndex } from '#api/storage/claims.ts';
import type { Filter, NodeRefusal } from './filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import {
  isRefusal,
  type PodVolumes,
  podVolumesOf,
  type VolumeFacts,
  volumePlanOf,
} from './volumes.ts';

export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  isLocal: false,
  prepare: (needs, cluster) => {
    if (needs.volumes.length === 0) return undefined;
    const volumes = podVolumesOf(needs, cluster.volumes);
    if (isRefusal(volumes)) return { refused: volumes };
    // Nodes with the same answer share it, which is counted by identity.
    const answers = new Map<SchedulingCode, readonly NodeRefusal[]>();
    const isTaken = takenOn(volumes, needs, cluster.volumes);
    return (state) => {
      if (isTaken(state)) return taken;
      const { node } = state;
      const plan = node && volumePlanOf(volumes, node, cluster.volumes);
      if (plan === undefined || !isRefusal(plan)) return undefined;
      return answerOf(plan, answers);
    };
  },
};

/** Whoever has the claim may have to leave for a more important pod. */
const taken: readonly NodeRefusal[] = [{ code: 'pod-claim-taken', isFinal: false }];

/** A claim for one pod is in use: elsewhere, or there by a pod that a trial has not taken away. */
function takenOn(
  { single }: PodVolumes,
  { key }: PodNeeds,
  facts: VolumeFacts,
): (state: NodeState) => boolean {
  const claims = single.map(keyOf);
  const nodes = claims.flatMap((claim) => facts.nodesUsing(claim, key));
  return (state) => {
    if (claims.length === 0) return false;
    if (nodes.some((name) => name !== state.name)) return true;
    for (const other of state.pods()) {
      if (other.key === key || other.volumes.length === 0) continue;
      if (podClaimIndex.claim(other.pod).some((claim) => claims.includes(claim))) return true;
    }
    return false;
  };
}

function answerOf(
  refusal: SchedulingRefusal,
  answers: Map<SchedulingCode, readonly NodeRefusal[]>,
): readonly NodeRefusal[] {
  let answer = answers.get(refusal.code);
  if (answer === undefined) {
    answer = [{ ...refusal, isFinal: true }];
    answers.set(refusal.code, answer);
  }
  return answer;
}
