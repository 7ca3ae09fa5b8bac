import type { View } from '#api/decision.ts';
import {
  controllerRevisions,
  persistentVolumeClaims,
  pods,
  statefulSets,
} from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { PersistentVolumeClaim, StatefulSet } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { ownerIndexes } from '../decide/owners.ts';
import { isSame } from '../decide/same.ts';
import { wakeOwners } from '../decide/wakes.ts';
import { ordinalIn } from './decide/identity.ts';
import { decideStatefulSet } from './decide/stateful-set.ts';

/** Keeps the pods of every StatefulSet, each with its name and its claims, and renews them in order. */
export const statefulSetController: LoopDefinition = {
  name: 'statefulset-controller',
  sources: [
    { kind: statefulSets },
    { kind: pods, indexes: ownerIndexes, keysOf: wakeOwners(statefulSets) },
    { kind: controllerRevisions, indexes: ownerIndexes, keysOf: wakeOwners(statefulSets) },
    { kind: persistentVolumeClaims, keysOf: setsOf, matters: claimMatters },
  ],
  decide: decideStatefulSet,
};

/** By the claim's name: it belongs to a set before it is owned by anybody. */
function setsOf({ metadata }: PersistentVolumeClaim, view: View): readonly string[] {
  const sets = view.list(statefulSets, metadata.namespace);
  return sets.filter((set) => isClaimOf(metadata.name, set)).map(keyOf);
}

function isClaimOf(claim: string, set: StatefulSet): boolean {
  return (set.spec.volumeClaimTemplates ?? []).some(({ metadata }) => {
    const prefix = `${metadata.name}-`;
    return claim.startsWith(prefix) && ordinalIn(claim.slice(prefix.length), set) !== undefined;
  });
}

function claimMatters(previous: PersistentVolumeClaim, next: PersistentVolumeClaim): boolean {
  return (
    previous.metadata.uid !== next.metadata.uid ||
    previous.metadata.deletionTimestamp !== next.metadata.deletionTimestamp ||
    !isSame(previous.metadata.ownerReferences, next.metadata.ownerReferences)
  );
}
