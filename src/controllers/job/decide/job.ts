/**
 * Runs a Job to its end. One step forward per decision: write down what has ended; then let go of
 * what is written down; then make or take away pods. The order matters: what follows a write that is
 * refused does not happen.
 * Source: Kubernetes documentation "Jobs"; KEPs 2307, 3329, 3850, 3939, 3998, 4368.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { jobs, pods } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import { formatTime } from '#api/time.ts';
import type { Job, JobCondition, JobStatus, Pod } from '#api/types.ts';
import { claim, controllerOf } from '../../decide/owners.ts';
import { isSame } from '../../decide/same.ts';
import { saying } from './conditions.ts';
import { type Count, countPods } from './counting.ts';
import { deletions } from './creation.ts';
import { isFinished, isManagedElsewhere, lettingGo, trackingFinalizer } from './job-pods.ts';
import { deadlineOf, type Outcome, outcomeOf } from './outcome.ts';
import { type Picture, pictureOf } from './picture.ts';
import { type Scaling, scaling } from './scaling.ts';

export function decideJob(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const job = view.get(jobs, namespace, name);
  const strays = straysOf(job, view.byIndex(pods, 'tracked', key)).map(lettingGo);
  const freed: Action[] = strays.length > 0 ? [{ type: 'together', actions: strays }] : [];
  if (job === undefined || isManagedElsewhere(job) || isFinished(job)) return { actions: freed };
  const { selector } = job.spec;
  if (selector === undefined) return { actions: freed };
  const owner = { kind: jobs, object: job, selector, finalizer: trackingFinalizer };
  const { owned, actions } = claim(view, owner, pods);
  if (actions.length > 0) return { actions: [...freed, ...actions] };
  const { actions: steps, again } = stepsOf(pictureOf(job, owned), now);
  return { actions: [...freed, ...steps], again };
}

/** Held for a Job that will not count them: it is gone, it is over, or it never was theirs. */
function straysOf(job: Job | undefined, tracked: readonly Pod[]): readonly Pod[] {
  if (job !== undefined && isManagedElsewhere(job)) return [];
  return tracked.filter((pod) => {
    if (job === undefined || isFinished(job)) return true;
    const owner = controllerOf(pod);
    if (owner !== undefined) return owner.uid !== job.metadata.uid;
    const { deletionTimestamp, labels } = pod.metadata;
    // Else it is about to be adopted.
    const isLeft = deletionTimestamp !== undefined || job.metadata.deletionTimestamp !== undefined;
    return isLeft || !matchesSelector(job.spec.selector, labels);
  });
}

function stepsOf(picture: Picture, now: number): Decision {
  const { job, active } = picture;
  const outcome = outcomeOf(picture, now);
  const count = countPods(picture, outcome);
  const isGoing = job.metadata.deletionTimestamp !== undefined;
  const status = statusOf(picture, outcome, count, now);
  const actions: Action[] = [];
  if (!isSame(job.status, status)) {
    const object: Job = { ...job, status };
    actions.push({ type: 'update', kind: jobs, object, subresource: 'status' });
    actions.push(...news(job, status));
  }
  if (count.letGo.length > 0) {
    actions.push({ type: 'together', actions: count.letGo.map(lettingGo) });
  }
  let next: Scaling = { actions: [] };
  if (outcome !== undefined) next = { actions: deletions(job, active, false) };
  else if (!isGoing) next = scaling(picture, now);
  actions.push(...next.actions);
  return actions.length === 0 && next.again === undefined && deadlineOf(picture) === undefined
    ? nothingToDo
    : { actions, again: soonest(next.again, outcome ? undefined : deadlineOf(picture)) };
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function statusOf(
  picture: Picture,
  outcome: Outcome | undefined,
  count: Count,
  now: number,
): JobStatus {
  const { job, spec, active, ready, terminating } = picture;
  const at = formatTime(now);
  const old = job.status ?? {};
  const { uncountedTerminatedPods: uncounted } = count.status;
  const isCounted = !uncounted?.succeeded && !uncounted?.failed && count.letGo.length === 0;
  const isOver = outcome !== undefined && isCounted && !count.more;
  const ended = isOver && active.length === 0 && terminating === 0 ? outcome : undefined;
  const conditions = conditionsOf(picture, outcome, ended, at);
  const isComplete = ended?.type === 'SuccessCriteriaMet';
  return {
    ...old,
    ...count.status,
    conditions: conditions.length > 0 ? [...conditions] : undefined,
    startTime: startOf(picture, outcome, at),
    completionTime: isComplete ? at : undefined,
    active: active.length || undefined,
    ready,
    terminating,
    // A status that was never written says nothing of indexes.
    failedIndexes: spec.backoffLimitPerIndex === undefined ? undefined : count.status.failedIndexes,
  };
}

/** A Job starts when it is first not suspended, and anew each time that it is resumed. */
function startOf({ job, spec, active }: Picture, outcome: Outcome | undefined, at: string) {
  const { startTime, conditions = [] } = job.status ?? {};
  if (outcome !== undefined) return startTime ?? at;
  const wasSuspended = conditions.some(
    ({ type, status }) => type === 'Suspended' && status === 'True',
  );
  if (spec.suspend) return wasSuspended && active.length === 0 ? undefined : startTime;
  return wasSuspended ? at : (startTime ?? at);
}

function conditionsOf(
  { job, spec }: Picture,
  outcome: Outcome | undefined,
  ended: Outcome | undefined,
  at: string,
): readonly JobCondition[] {
  let conditions: readonly JobCondition[] = job.status?.conditions ?? [];
  if (outcome !== undefined) {
    conditions = saying(conditions, { ...outcome, status: 'True' }, at);
  } else if (job.metadata.deletionTimestamp === undefined) {
    const [status, reason, message] = spec.suspend
      ? (['True', 'JobSuspended', 'Job suspended'] as const)
      : (['False', 'JobResumed', 'Job resumed'] as const);
    conditions = saying(conditions, { type: 'Suspended', status, reason, message }, at);
  }
  if (ended === undefined) return conditions;
  const type = ended.type === 'FailureTarget' ? 'Failed' : 'Complete';
  return saying(conditions, { ...ended, type, status: 'True' }, at);
}

/** Told once the status is written: it says which of them are news. */
function news(job: Job, status: JobStatus): readonly Action[] {
  const before = job.status?.conditions ?? [];
  const fresh = (status.conditions ?? []).filter((condition) => !before.includes(condition));
  return fresh.flatMap(({ type, status: holds, reason = '', message = '' }): Action[] => {
    const tell = (level: 'Normal' | 'Warning', word: string, words: string): Action[] => [
      { type: 'event', regarding: job, level, reason: word, message: words },
    ];
    if (type === 'Suspended') {
      const [word, words] =
        holds === 'True' ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed'];
      return tell('Normal', word ?? '', words ?? '');
    }
    if (type === 'Complete') return tell('Normal', 'Completed', 'Job completed');
    return type === 'Failed' ? tell('Warning', reason, message) : [];
  });
}
