/**
 * What a StatefulSet does next: fill its places, then take away what has none, then renew.
 * With OrderedReady one pod at a time, each only when all before it serve, so that a pod that never
 * becomes ready stops everything behind it, its own repair by a newer template too (as in Kubernetes).
 * With Parallel all places at once; only renewing is still bounded.
 */
import type { Action, View } from '#api/decision.ts';
import { limits } from '#base/limits.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';
import { creatingClaims, hasStaleClaim, settlingClaims } from './claims.ts';
import { isAvailable, isServing, restsUntil } from './condition.ts';
import { podName } from './identity.ts';
import type { Condemned, Rollout, Slot } from './layout.ts';
import { correcting, creating, deleting } from './pod-actions.ts';
import { renewing } from './renewing.ts';

export function stepsOf(view: View, rollout: Rollout): readonly Action[] {
  const { podManagementPolicy } = rollout.set.spec;
  return podManagementPolicy === 'Parallel'
    ? parallelSteps(view, rollout)
    : orderedSteps(view, rollout);
}

function orderedSteps(view: View, rollout: Rollout): readonly Action[] {
  const { set, slots, condemned, now } = rollout;
  const actions: Action[] = [];
  for (const slot of slots) {
    const { pod } = slot;
    if (pod === undefined) {
      if (hasStaleClaim(view, set, slot.ordinal, podName(set, slot.ordinal))) return actions;
      const made = creating(view, rollout, slot.ordinal);
      return [...actions, ...made.claims, made.pod];
    }
    actions.push(...upkeep(view, rollout, slot));
    if (isTerminal(pod) || !isServing(set, pod, now)) return actions;
    actions.push(...correcting(view, set, slot));
  }
  actions.push(...settlingCondemned(view, rollout));
  const [last] = condemned;
  if (last === undefined) return [...actions, ...renewing(rollout)];
  return mayGo(rollout, last) ? [...actions, deleting(set, last.pod)] : actions;
}

/**
 * The last one goes when it serves, or is the first that does not: then nobody waits for it. Nor for one
 * that has ended, as by eviction: it never serves again, and would keep all below it for ever.
 */
function mayGo({ set, condemned, now }: Rollout, last: Condemned): boolean {
  if (isTerminating(last.pod)) return false;
  if (isTerminal(last.pod)) return true;
  const firstIdle = condemned.findLast(({ pod }) => !isServing(set, pod, now));
  return isAvailable(set, last.pod, now) || last === firstIdle;
}

function parallelSteps(view: View, rollout: Rollout): readonly Action[] {
  const { set, slots, condemned } = rollout;
  const missing = slots
    .filter(({ pod }) => pod === undefined)
    .filter(({ ordinal }) => !hasStaleClaim(view, set, ordinal, podName(set, ordinal)))
    .slice(0, limits.podsPerDecision)
    .map(({ ordinal }) => creating(view, rollout, ordinal));
  const doomed = condemned
    .filter(({ pod }) => !isTerminating(pod))
    .slice(0, limits.podsPerDecision);
  return [
    ...slots.flatMap((slot) => upkeep(view, rollout, slot)),
    ...together(missing.flatMap(({ claims }) => claims)),
    ...together(missing.map(({ pod }) => pod)),
    ...slots.filter(isAlive).flatMap((slot) => correcting(view, set, slot)),
    ...settlingCondemned(view, rollout),
    ...together(doomed.map(({ pod }) => deleting(set, pod))),
    ...renewing(rollout),
  ];
}

const isAlive = ({ pod }: Slot): boolean => pod !== undefined && !isTerminal(pod);

function together(actions: readonly Action[]): readonly Action[] {
  return actions.length > 0 ? [{ type: 'together', actions }] : [];
}

/**
 * A pod that has ended is taken away, for another to come, but not faster than anybody can look at it;
 * one that waits may wait for its claims.
 */
function upkeep(view: View, { set, now }: Rollout, { ordinal, pod }: Slot): readonly Action[] {
  if (pod === undefined) return [];
  if (isTerminal(pod)) {
    return isTerminating(pod) || restsUntil(pod, now) > now ? [] : [deleting(set, pod)];
  }
  if (pod.status?.phase !== 'Pending') return [];
  return creatingClaims(view, set, ordinal, pod.metadata.name);
}

function settlingCondemned(view: View, { set, condemned }: Rollout): readonly Action[] {
  return condemned.flatMap(({ ordinal, pod }) => settlingClaims(view, set, ordinal, pod));
}
