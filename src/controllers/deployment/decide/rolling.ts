/**
 * One step of a rolling update. Two bounds hold at every moment: never more than replicas + maxSurge
 * pods asked for, never fewer than replicas - maxUnavailable available ones by our own doing.
 */
import type { Action } from '#api/decision.ts';
import type { ReplicaSet } from '#api/types.ts';
import { allowedSize } from './new-set.ts';
import { type RollOut, resizing } from './roll-out.ts';
import { availableOf, isObserved, sizeOf, totalSize } from './strategy.ts';

export function rollingStep(rollOut: RollOut, newSet: ReplicaSet): readonly Action[] {
  const size = sizeOf(newSet);
  const { replicas } = rollOut.bounds;
  const next = size > replicas ? replicas : allowedSize(rollOut, size);
  if (next !== size) return resizing(rollOut, newSet, next);
  const actions: Action[] = [];
  for (const [set, left] of shrunkOldSets(rollOut, newSet)) {
    actions.push(...resizing(rollOut, set, left));
  }
  return actions;
}

/** New sizes of old sets: first without pods that do not work anyway, then as availability allows. */
function shrunkOldSets(rollOut: RollOut, newSet: ReplicaSet): ReadonlyMap<ReplicaSet, number> {
  const { bounds, allSets, oldSets } = rollOut;
  // Its status wakes us again.
  if (!allSets.every(isObserved)) return new Map();
  const minAvailable = bounds.replicas - bounds.maxUnavailable;
  const newUnavailable = sizeOf(newSet) - availableOf(newSet);
  const sizes = new Map(oldSets.map((set) => [set, sizeOf(set)]));
  const shrink = (set: ReplicaSet, count: number): void => {
    sizes.set(set, (sizes.get(set) ?? 0) - count);
  };

  let cleanable = totalSize(allSets) - minAvailable - newUnavailable;
  for (const set of oldSets) {
    if (cleanable <= 0) break;
    const count = Math.min(cleanable, sizeOf(set) - availableOf(set));
    if (count > 0) shrink(set, count);
    cleanable -= Math.max(0, count);
  }
  const available = allSets.reduce((sum, set) => sum + availableOf(set), 0);
  let spare = Math.min(available - minAvailable, cleanable);
  for (const set of oldSets) {
    if (spare <= 0) break;
    const count = Math.min(spare, sizes.get(set) ?? 0);
    shrink(set, count);
    spare -= count;
  }
  for (const [set, size] of sizes) if (size === sizeOf(set)) sizes.delete(set);
  return sizes;
}
