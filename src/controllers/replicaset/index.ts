import { pods, replicaSets } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { ownerIndexes } from '../decide/owners.ts';
import { wakeOwners } from '../decide/wakes.ts';
import { decideReplicaSet } from './decide/replica-set.ts';

/** Keeps the number of pods of every ReplicaSet. */
export const replicaSetController: LoopDefinition = {
  name: 'replicaset-controller',
  sources: [
    { kind: replicaSets, indexes: ownerIndexes },
    { kind: pods, indexes: ownerIndexes, keysOf: wakeOwners(replicaSets) },
  ],
  decide: decideReplicaSet,
  workers: 16,
};
