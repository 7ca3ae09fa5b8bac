/**
 * The deployment's size changed, perhaps in the middle of a roll-out: every set that has pods gets
 * its share, so that the roll-out's progress, and with it the risk, stays the same.
 */
import type { Action } from '#api/decision.ts';
import type { ReplicaSet } from '#api/types.ts';
import { desiredAnnotation, maxAnnotation } from './revision.ts';
import { type RollOut, resizing } from './roll-out.ts';
import { sizeOf, totalSize } from './strategy.ts';

/**
 * Some set got its size for another number of replicas. Recreate shares nothing out between several
 * sets: its next step takes all but the new one away, whatever their sizes.
 */
export function wasScaled({ deployment, bounds, allSets }: RollOut): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  if (!bounds.isRolling && allSets.filter((set) => sizeOf(set) > 0).length > 1) return false;
  return allSets.some((set) => {
    const desired = numberIn(set, desiredAnnotation);
    return sizeOf(set) > 0 && desired !== undefined && desired !== replicas;
  });
}

export function scalingStep(rollOut: RollOut): readonly Action[] {
  const { bounds, newSet, oldSets, allSets } = rollOut;
  const active = allSets.filter((set) => sizeOf(set) > 0);
  if (active.length <= 1) {
    const only = active[0] ?? newSet ?? oldSets.at(-1);
    return only === undefined ? [] : resizing(rollOut, only, bounds.replicas);
  }
  if (newSet !== undefined && isSaturated(rollOut, newSet)) {
    const olds = oldSets.filter((set) => sizeOf(set) > 0);
    return olds.flatMap((set) => resizing(rollOut, set, 0));
  }
  if (!bounds.isRolling) return [];
  return proportional(rollOut, active);
}

/** The new set alone serves the whole deployment. */
function isSaturated({ bounds }: RollOut, newSet: ReplicaSet): boolean {
  const { replicas } = bounds;
  if (sizeOf(newSet) !== replicas || newSet.status?.availableReplicas !== replicas) return false;
  return numberIn(newSet, desiredAnnotation) === replicas;
}

function proportional(rollOut: RollOut, active: readonly ReplicaSet[]): readonly Action[] {
  const { bounds } = rollOut;
  const allowed = bounds.replicas > 0 ? bounds.replicas + bounds.maxSurge : 0;
  const toAdd = allowed - totalSize(active);
  // The largest first, since the rest that rounding leaves goes to it; between equals the newer when
  // growing, the older when shrinking.
  const byAge = toAdd > 0 ? active.toReversed() : [...active];
  const sets = byAge.sort((a, b) => sizeOf(b) - sizeOf(a));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of sets) {
    const share = shareOf(rollOut, set, toAdd, added);
    sizes.set(set, sizeOf(set) + share);
    added += share;
  }
  const [largest] = sets;
  if (largest !== undefined && toAdd !== added) {
    sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
  }
  return sets.flatMap((set) => resizing(rollOut, set, Math.max(0, sizes.get(set) ?? 0)));
}

function shareOf(
  { bounds, deployment }: RollOut,
  set: ReplicaSet,
  toAdd: number,
  added: number,
): number {
  if (toAdd === 0) return 0;
  const left = toAdd - added;
  const before = numberIn(set, maxAnnotation) || (deployment.status?.replicas ?? 0) || 1;
  const size = sizeOf(set);
  const target = bounds.replicas === 0 ? 0 : (size * (bounds.replicas + bounds.maxSurge)) / before;
  const share = Math.round(target) - size;
  return toAdd > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
}

function numberIn(set: ReplicaSet, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
