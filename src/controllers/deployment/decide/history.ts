/** Old ReplicaSets are kept for rollbacks, up to `revisionHistoryLimit`. */
import type { Action } from '#api/decision.ts';
import { replicaSets } from '#api/kinds/index.ts';
import type { ReplicaSet } from '#api/types.ts';
import { revisionOf } from './revision.ts';
import type { RollOut } from './roll-out.ts';
import { sizeOf } from './strategy.ts';

export function cleanUp({ deployment, oldSets }: RollOut): readonly Action[] {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === 2_147_483_647) return [];
  const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
  const excess = alive.length - limit;
  if (excess <= 0) return [];
  const byRevision = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b));
  return byRevision.slice(0, excess).filter(isEmpty).map(deletion);
}

/** Nothing runs in it, and its controller has seen that nothing should. */
function isEmpty(set: ReplicaSet): boolean {
  const { metadata, status } = set;
  if (sizeOf(set) !== 0 || (status?.replicas ?? 0) !== 0) return false;
  return (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
}

function deletion({ metadata }: ReplicaSet): Action {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { type: 'delete', kind: replicaSets, namespace, name, uid, resourceVersion };
}
