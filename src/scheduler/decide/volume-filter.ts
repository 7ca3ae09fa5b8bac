/** VolumeBinding and VolumeRestrictions: a pod goes where its claims can be had (`volumes.ts`). */
import type { SchedulingCode, SchedulingRefusal } from '#api/reasons.ts';
import type { Filter, NodeRefusal } from './filter.ts';
import { isRefusal, podVolumesOf, volumePlanOf } from './volumes.ts';

export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  isLocal: false,
  prepare: (needs, cluster) => {
    if (needs.volumes.length === 0) return undefined;
    const volumes = podVolumesOf(needs, cluster.volumes);
    if (isRefusal(volumes)) return { refused: volumes };
    // Nodes with the same answer share it, which is counted by identity.
    const answers = new Map<SchedulingCode, readonly NodeRefusal[]>();
    return ({ node }) => {
      const plan = node && volumePlanOf(volumes, node, cluster.volumes);
      if (plan === undefined || !isRefusal(plan)) return undefined;
      return answerOf(plan, answers);
    };
  },
};

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
