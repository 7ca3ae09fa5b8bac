/** The places of a StatefulSet, and the pods that stand in them or have none. */
import type { ControllerRevision, Pod, StatefulSet } from '#api/types.ts';
import { isInRange, ordinalIn, sizeOf, startOf } from './identity.ts';

/** A place for a pod. */
export interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** A pod without a place. */
export interface Condemned {
  readonly ordinal: number;
  readonly pod: Pod;
}

export interface Layout {
  /** By ordinal. */
  readonly slots: readonly Slot[];
  /** The highest ordinal, which goes first, in front. */
  readonly condemned: readonly Condemned[];
}

export interface Rollout extends Layout {
  readonly set: StatefulSet;
  /** The revision that the set comes from. */
  readonly current: ControllerRevision;
  /** The one that it goes to; the same when it has arrived. */
  readonly update: ControllerRevision;
  readonly now: number;
}

export function layoutOf(set: StatefulSet, owned: readonly Pod[]): Layout {
  const byOrdinal = new Map<number, Pod>();
  const condemned: Condemned[] = [];
  for (const pod of owned) {
    const ordinal = ordinalIn(pod.metadata.name, set) ?? -1;
    if (isInRange(set, ordinal)) byOrdinal.set(ordinal, pod);
    else condemned.push({ ordinal, pod });
  }
  const slots = Array.from({ length: sizeOf(set) }, (_, index): Slot => {
    const ordinal = startOf(set) + index;
    return { ordinal, pod: byOrdinal.get(ordinal) };
  });
  return { slots, condemned: condemned.sort((a, b) => b.ordinal - a.ordinal) };
}
