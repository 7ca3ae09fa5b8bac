/** Which changes of an object count for scheduling. Most that the watch tells are news of its status. */
import { heldSpec } from '#api/kinds/pod-spec/held-resources.ts';
import type { Labels } from '#api/selector.ts';
import type { Pod } from '#api/types.ts';

export function isGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0;
}

/** Its status alone changed, and nothing in it that counts. */
export function isUnchanged(previous: Pod, next: Pod): boolean {
  const { uid, generation, labels, deletionTimestamp } = previous.metadata;
  if (uid !== next.metadata.uid || !sameLabels(labels, next.metadata.labels)) return false;
  if ((deletionTimestamp === undefined) !== (next.metadata.deletionTimestamp === undefined)) {
    return false;
  }
  if (generation !== undefined && next.metadata.generation !== undefined) {
    return generation === next.metadata.generation && isHeldAlike(previous, next);
  }
  return JSON.stringify(heldSpec(previous)) === JSON.stringify(heldSpec(next));
}

/** Of the same spec; only a resize makes its status count. */
function isHeldAlike(previous: Pod, next: Pod): boolean {
  const [before, after] = [heldSpec(previous), heldSpec(next)];
  if (before === previous.spec && after === next.spec) return true;
  return JSON.stringify(before) === JSON.stringify(after);
}

export function sameLabels(a: Labels = {}, b: Labels = {}): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
