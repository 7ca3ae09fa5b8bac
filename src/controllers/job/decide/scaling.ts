/** How many pods of a Job run at once: never more than there is work left, nor than it allows. */
import type { Action } from '#api/decision.ts';
import { hasIndex } from '#api/kinds/jobs/indexes.ts';
import type { Pod } from '#api/types.ts';
import { isTerminal, isTerminating } from '../../decide/pods.ts';
import { victimsOf } from '../../replicaset/decide/rank.ts';
import { nextPodAt, nextPodOfIndexAt } from './back-off.ts';
import { creation, deletions } from './creation.ts';
import { validIndexOf, waitsForEnd } from './job-pods.ts';
import type { Picture } from './picture.ts';

/** Pods made or deleted in one decision, as in Kubernetes. */
const burstPods = 500;

export interface Scaling {
  readonly actions: readonly Action[];
  readonly again?: number | undefined;
}

const settled: Scaling = { actions: [] };

export function scaling(picture: Picture, now: number): Scaling {
  const { job, spec, active, terminating } = picture;
  if (spec.suspend) return { actions: deletions(job, active.slice(0, burstPods), true) };
  const wanted = wantedOf(picture);
  const surplus = surplusOf(picture, active.length - wanted, now).slice(0, burstPods);
  // Either fewer or more in one step: a deletion may make room for the right index.
  if (surplus.length > 0) return { actions: deletions(job, surplus, true) };
  const leaving = waitsForEnd(spec) ? terminating : 0;
  const missing = Math.min(wanted - leaving - active.length, burstPods);
  if (missing <= 0) return settled;
  return spec.backoffLimitPerIndex === undefined
    ? growing(picture, missing, now)
    : growingPerIndex(picture, missing, now);
}

function wantedOf({ spec, active, succeeded }: Picture): number {
  const { completions, parallelism = 1 } = spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** Two pods of one index, and indexes that there are no more, go first. */
function surplusOf(picture: Picture, atLeast: number, now: number): readonly Pod[] {
  const { active, spec, indexed } = picture;
  const surplus: Pod[] = [];
  let rest: readonly Pod[] = active;
  if (indexed) {
    const seen = new Set<number>();
    const kept: Pod[] = [];
    for (const pod of oldestFirst(active)) {
      const index = validIndexOf(pod, spec);
      if (index === undefined || seen.has(index)) surplus.push(pod);
      else kept.push(pod);
      if (index !== undefined) seen.add(index);
    }
    rest = kept;
  }
  const more = atLeast - surplus.length;
  return more > 0 ? [...surplus, ...victimsOf(rest, more, () => 0, now)] : surplus;
}

function oldestFirst(pods: readonly Pod[]): readonly Pod[] {
  const age = ({ metadata }: Pod): string => `${metadata.creationTimestamp} ${metadata.uid}`;
  return pods.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
}

function growing(picture: Picture, missing: number, now: number): Scaling {
  const { job, pods, spec, indexed } = picture;
  const at = nextPodAt(pods, spec);
  if (at > now) return { actions: [], again: at };
  const actions = indexed
    ? pendingIndexes(picture, missing).map((index) => creation(job, index))
    : Array.from({ length: missing }, () => creation(job));
  return actions.length === 0 ? settled : { actions: [{ type: 'together', actions }] };
}

function growingPerIndex(picture: Picture, missing: number, now: number): Scaling {
  const { job, replaced } = picture;
  const actions: Action[] = [];
  let again: number | undefined;
  for (const index of pendingIndexes(picture, missing)) {
    const before = replaced.get(index);
    const at = before === undefined ? 0 : nextPodOfIndexAt(before);
    if (at <= now) actions.push(creation(job, index, before));
    else again = Math.min(again ?? at, at);
  }
  return { actions: actions.length === 0 ? [] : [{ type: 'together', actions }], again };
}

/** The first indexes that nobody works on. */
function pendingIndexes(picture: Picture, count: number): number[] {
  const { spec, pods, active, completedIndexes, failedIndexes = [] } = picture;
  const leaving = waitsForEnd(spec)
    ? pods.filter((pod) => isTerminating(pod) && !isTerminal(pod))
    : [];
  const busy = new Set([...active, ...leaving].map((pod) => validIndexOf(pod, spec)));
  const pending: number[] = [];
  const { completions = 0 } = spec;
  for (let index = 0; index < completions && pending.length < count; index++) {
    if (busy.has(index) || hasIndex(completedIndexes, index)) continue;
    if (!hasIndex(failedIndexes, index)) pending.push(index);
  }
  return pending;
}
