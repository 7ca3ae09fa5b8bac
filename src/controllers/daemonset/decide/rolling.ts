/**
 * A rolling update of a DaemonSet: either old pods go first, no more than `maxUnavailable` nodes being
 * without a pod that serves, or, with `maxSurge` (KEP-1591), new ones come first.
 */
import type { Pod } from '#api/types.ts';
import { isTerminating } from '../../decide/pods.ts';
import { revisionLabel } from '../../decide/revisions.ts';
import { boundsOf, isAvailable } from './bounds.ts';
import type { Place } from './placement.ts';
import { nothingPlanned, type Plan, type Rollout } from './plan.ts';

/** The pods of a node by revision; absent when there are several of one, which are thinned out first. */
interface Pair {
  readonly node: string;
  readonly shouldRun: boolean;
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
}

export function rolling(rollout: Rollout): Plan {
  const { set, places } = rollout;
  if (set.spec.updateStrategy?.type === 'OnDelete') return nothingPlanned;
  const desired = places.filter(({ fit }) => fit.shouldRun).length;
  const bounds = boundsOf(set, desired);
  const relevant = places.filter(({ fit, pods }) => fit.shouldRun || pods.length > 0);
  const pairs = relevant.map((place) => pairOf(rollout, place));
  return bounds.maxSurge === 0
    ? oldFirst(rollout, pairs, bounds.maxUnavailable)
    : newFirst(rollout, pairs, bounds.maxSurge);
}

function pairOf({ hash }: Rollout, { node, fit, pods }: Place): Pair | undefined {
  const staying = pods.filter((pod) => !isTerminating(pod));
  const isNew = ({ metadata }: Pod): boolean => metadata.labels?.[revisionLabel] === hash;
  const fresh = staying.filter(isNew);
  const old = staying.filter((pod) => !isNew(pod));
  if (fresh.length > 1 || old.length > 1) return undefined;
  return { node, shouldRun: fit.shouldRun, fresh: fresh[0], old: old[0] };
}

function oldFirst(
  { set, now }: Rollout,
  pairs: readonly (Pair | undefined)[],
  maxUnavailable: number,
): Plan {
  const serves = (pod: Pod): boolean => isAvailable(set, pod, now);
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const pair of pairs) {
    const { fresh, old } = pair ?? {};
    const isSettled = (fresh === undefined) !== (old === undefined);
    if (!isSettled) unavailable++;
    else if (fresh !== undefined) unavailable += serves(fresh) ? 0 : 1;
    else if (old !== undefined) (serves(old) ? candidates : broken).push(old);
  }
  // Broken ones serve nobody: they go without asking, and still count.
  const room = Math.max(0, maxUnavailable - unavailable - broken.length);
  return { doomed: [...broken, ...candidates.slice(0, room)], wanted: [] };
}

function newFirst(
  { set, now }: Rollout,
  pairs: readonly (Pair | undefined)[],
  maxSurge: number,
): Plan {
  const serves = (pod: Pod): boolean => isAvailable(set, pod, now);
  const broken: string[] = [];
  const candidates: string[] = [];
  const doomed: Pod[] = [];
  let surging = 0;
  for (const pair of pairs) {
    if (pair === undefined) surging++;
    else if (pair.old === undefined) continue;
    else if (pair.fresh === undefined) {
      if (pair.shouldRun) (serves(pair.old) ? candidates : broken).push(pair.node);
    } else if (serves(pair.fresh)) doomed.push(pair.old);
    else surging++;
  }
  const chosen = [...broken, ...candidates.slice(0, Math.max(0, maxSurge - surging))];
  return { doomed, wanted: chosen.map((node) => ({ node })) };
}
