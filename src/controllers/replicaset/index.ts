import { pods, replicaSets } from '#api/kinds/index.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { ownerIndexes } from '../decide/owners.ts';
import { wakeOwners } from '../decide/wakes.ts';
import { replicasDecider } from './decide/replicas.ts';

/** Keeps the number of pods of every ReplicaSet. */
export const replicaSetController: LoopDefinition = {
  name: 'replicaset-controller',
  sources: [
    { kind: replicaSets, indexes: ownerIndexes },
    { kind: pods, indexes: ownerIndexes, keysOf: wakeOwners(replicaSets) },
  ],
  decide: replicasDecider({
    kind: replicaSets,
    selectorOf: ({ spec }) => spec.selector,
    countsTerminating: true,
  }),
  workers: 16,
};
