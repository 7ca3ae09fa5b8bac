/** One step of a DaemonSet: its history, its pods on its nodes, its rolling update, its numbers. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { controllerRevisions, daemonSets, nodes, pods } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { ControllerRevision, DaemonSet, DaemonSetStatus, Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import { creatingPod, deletingPod } from '../../decide/making-pods.ts';
import { claim } from '../../decide/owners.ts';
import { forgetting, historyStep, oldestFirst, revisionLabel } from '../../decide/revisions.ts';
import { isSame } from '../../decide/same.ts';
import { newDaemonPod } from './daemon-pod.ts';
import { managing } from './manage.ts';
import { placementOf } from './placement.ts';
import { joined, type Plan, type Rollout } from './plan.ts';
import { rolling } from './rolling.ts';
import { nextAvailable, statusOf } from './status.ts';

const kind = daemonSets as Kind;

export function decideDaemonSet(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const set = view.get(daemonSets, namespace, name);
  if (set === undefined) return nothingToDo;
  const { selector, template, revisionHistoryLimit = 10 } = set.spec;
  const owner = { kind, object: set };
  const mine = claim(view, { ...owner, selector }, pods);
  const history = claim(view, { ...owner, selector }, controllerRevisions);
  const claims = [...mine.actions, ...history.actions];
  if (claims.length > 0) return { actions: claims };
  // What is left of it is for the garbage collector.
  if (set.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const revisions = oldestFirst(history.owned);
  const collisionCount = set.status?.collisionCount;
  const historian = { owner, revisions, template, collisionCount, hashLabel: revisionLabel };
  const step = historyStep(view, historian);
  if (step.type === 'step') return { actions: step.actions };
  if (step.type === 'collision') return { actions: reporting(set, nextName(set)) };
  const rollout = rolloutOf(view, set, mine.owned, step.revision, now);
  const plan = planOf(rollout);
  const again = [plan.again, nextAvailable(set, rollout.places, now)];
  const times = again.filter((at) => at !== undefined);
  // The status first, since a refused creation or deletion drops what follows it.
  return {
    actions: [
      ...reporting(set, statusOf(rollout)),
      ...carryingOut(rollout, plan),
      ...forgetting(revisions, liveAmong(mine.owned, step.revision), revisionHistoryLimit),
    ],
    again: times.length > 0 ? Math.min(...times) : undefined,
  };
}

function rolloutOf(
  view: View,
  set: DaemonSet,
  owned: readonly Pod[],
  revision: ControllerRevision,
  now: number,
): Rollout {
  return { set, hash: hashOf(revision), now, ...placementOf(set, view.list(nodes), owned) };
}

/** The update waits until every node has what it should have. */
function planOf(rollout: Rollout): Plan {
  const plan = managing(rollout);
  const isQuiet = plan.doomed.length === 0 && plan.wanted.length === 0;
  return isQuiet ? joined([plan, rolling(rollout)]) : plan;
}

/** Those that go make room for those that come. */
function carryingOut({ set, hash }: Rollout, plan: Plan): readonly Action[] {
  const doomed = plan.doomed
    .slice(0, limits.daemonPodsPerDecision)
    .map((pod) => deletingPod(set, pod));
  const wanted = plan.wanted
    .slice(0, limits.daemonPodsPerDecision)
    .map(({ node, failures }) => creatingPod(set, newDaemonPod(set, node, hash, failures)));
  return [...(plan.tellings ?? []), ...together(doomed), ...together(wanted)];
}

function together(actions: readonly Action[]): readonly Action[] {
  return actions.length > 0 ? [{ type: 'together', actions }] : [];
}

function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[revisionLabel] ?? '';
}

function liveAmong(
  owned: readonly Pod[],
  newest: ControllerRevision,
): (revision: ControllerRevision) => boolean {
  const hashes = new Set(owned.map(({ metadata }) => metadata.labels?.[revisionLabel]));
  return (revision) => revision === newest || hashes.has(hashOf(revision));
}

function nextName({ status }: DaemonSet): DaemonSetStatus {
  const none = {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  };
  return { ...none, ...status, collisionCount: (status?.collisionCount ?? 0) + 1 };
}

function reporting(set: DaemonSet, status: DaemonSetStatus): readonly Action[] {
  if (isSame(set.status, status)) return [];
  const object: DaemonSet = { ...set, status };
  return [{ type: 'update', kind, object, subresource: 'status' }];
}
