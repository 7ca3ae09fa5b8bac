/**
 * Takes pods of an older revision away, the highest ordinal first, down to the partition; they come
 * back as they should be. `maxUnavailable` (KEP-961; 1 if absent) bounds how many do not serve for it.
 *
 * Kubernetes 1.35 counted broken pods of the old revision against the bound, so that a Parallel set
 * could not be repaired (issue 137409). Here they are renewed within it: they serve nobody.
 */
import type { Action } from '#api/decision.ts';
import type { IntOrString } from '#api/types.ts';
import { resolveShare } from '../../decide/shares.ts';
import { isTerminating } from '../../decide/pods.ts';
import { isServing } from './condition.ts';
import { revisionOf, sizeOf } from './identity.ts';
import type { Rollout, Slot } from './layout.ts';
import { deleting } from './pod-actions.ts';

export function renewing(rollout: Rollout): readonly Action[] {
  const { set, slots, update, now } = rollout;
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const isOld = ({ pod }: Slot): boolean =>
    pod !== undefined && !isTerminating(pod) && revisionOf(pod) !== update.metadata.name;
  const idle = slots.filter(({ pod }) => !isServing(set, pod, now));
  const most = mostUnavailable(rollingUpdate?.maxUnavailable, sizeOf(set));
  /** How many may go, and how many of those may be ones that serve. */
  let room = most - idle.filter((slot) => !isOld(slot)).length;
  let servingRoom = most - idle.length;
  const actions: Action[] = [];
  const reachable = slots.slice(rollingUpdate?.partition ?? 0).filter(isOld);
  for (const { pod } of reachable.reverse()) {
    if (room <= 0) break;
    if (pod === undefined) continue;
    if (isServing(set, pod, now)) {
      if (servingRoom <= 0) continue;
      servingRoom--;
    }
    room--;
    actions.push(deleting(set, pod));
  }
  return actions;
}

/** At least one, or nothing would ever move. */
function mostUnavailable(value: IntOrString = 1, replicas: number): number {
  return Math.max(1, resolveShare(value, replicas, Math.floor));
}
