/**
 * One step of a StatefulSet. There is at most one pod of an ordinal, ever: pods are made by name, and
 * a name is free only when the pod before has gone for good.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { controllerRevisions, pods, statefulSets } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { ControllerRevision, Pod, StatefulSet, StatefulSetStatus } from '#api/types.ts';
import { claim } from '../../decide/owners.ts';
import { forgetting, historyStep, oldestFirst } from '../../decide/revisions.ts';
import { isSame } from '../../decide/same.ts';
import { ordinalIn, revisionOf } from './identity.ts';
import { layoutOf, type Rollout } from './layout.ts';
import { nextAvailable, statusOf } from './status.ts';
import { stepsOf } from './steps.ts';

const kind = statefulSets as Kind;
const hashLabel = 'controller.kubernetes.io/hash';

export function decideStatefulSet(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const set = view.get(statefulSets, namespace, name);
  if (set === undefined) return nothingToDo;
  const { selector } = set.spec;
  const belongs = (pod: Pod): boolean => ordinalIn(pod.metadata.name, set) !== undefined;
  const mine = claim(view, { kind, object: set, selector, belongs }, pods);
  const history = claim(view, { kind, object: set, selector }, controllerRevisions);
  const claims = [...mine.actions, ...history.actions];
  if (claims.length > 0) return { actions: claims };
  if (set.metadata.deletionTimestamp !== undefined) return leaving(set, mine.owned, now);
  const revisions = oldestFirst(history.owned);
  const { template, revisionHistoryLimit = 10 } = set.spec;
  const collisionCount = set.status?.collisionCount;
  const owner = { kind, object: set };
  const step = historyStep(view, { owner, revisions, template, collisionCount, hashLabel });
  if (step.type === 'step') return { actions: step.actions };
  if (step.type === 'collision') {
    return { actions: reporting(set, nextName(set)) };
  }
  const rollout = rolloutOf(set, mine.owned, revisions, step.revision, now);
  const names = {
    current: rollout.current.metadata.name,
    update: rollout.update.metadata.name,
  };
  const live = new Set([...Object.values(names), ...mine.owned.map(revisionOf)]);
  const isLive = ({ metadata }: ControllerRevision): boolean => live.has(metadata.name);
  // The status first, since a refused creation or deletion drops what follows it.
  return {
    actions: [
      ...reporting(set, statusOf(set, mine.owned, names, now)),
      ...stepsOf(view, rollout),
      ...forgetting(revisions, isLive, revisionHistoryLimit),
    ],
    again: nextAvailable(set, mine.owned, now),
  };
}

function rolloutOf(
  set: StatefulSet,
  owned: readonly Pod[],
  revisions: readonly ControllerRevision[],
  update: ControllerRevision,
  now: number,
): Rollout {
  const named = set.status?.currentRevision;
  const current = revisions.find(({ metadata }) => metadata.name === named) ?? update;
  return { set, current, update, now, ...layoutOf(set, owned) };
}

/** Its pods are for the garbage collector now; only the numbers are kept true. */
function leaving(set: StatefulSet, owned: readonly Pod[], now: number): Decision {
  const { currentRevision: current = '', updateRevision: update = '' } = set.status ?? {};
  const status = statusOf(set, owned, { current, update }, now);
  return { actions: reporting(set, status), again: nextAvailable(set, owned, now) };
}

function nextName(set: StatefulSet): StatefulSetStatus {
  const status = set.status ?? { replicas: 0 };
  return { ...status, collisionCount: (status.collisionCount ?? 0) + 1 };
}

function reporting(set: StatefulSet, status: StatefulSetStatus): readonly Action[] {
  if (isSame(set.status, status)) return [];
  const object: StatefulSet = { ...set, status };
  return [{ type: 'update', kind, object, subresource: 'status' }];
}
