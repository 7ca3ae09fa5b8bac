import { pods, replicationControllers } from '#api/kinds/index.ts';
import type { LabelSelector, ReplicationController } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { ownerIndexes } from '../decide/owners.ts';
import { wakeOwnersBy } from '../decide/wakes.ts';
import { replicasDecider } from '../replicaset/decide/replicas.ts';

const selectorOf = ({ spec }: ReplicationController): LabelSelector => ({
  matchLabels: spec.selector ?? {},
});

/** Keeps the number of pods of every ReplicationController, by the rules of ReplicaSets. */
export const replicationController: LoopDefinition = {
  name: 'replication-controller',
  sources: [
    { kind: replicationControllers, indexes: ownerIndexes },
    {
      kind: pods,
      indexes: ownerIndexes,
      keysOf: wakeOwnersBy(replicationControllers, selectorOf),
    },
  ],
  decide: replicasDecider({ kind: replicationControllers, selectorOf, countsTerminating: false }),
};
