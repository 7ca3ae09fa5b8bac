/** One pod on each node that should have one, none on the others; those that ended are replaced. */
import type { Action } from '#api/decision.ts';
import { parseTime } from '#api/time.ts';
import type { DaemonSet, Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import { isReady, isTerminal, isTerminating } from '../../decide/pods.ts';
import { revisionLabel } from '../../decide/revisions.ts';
import { boundsOf, isAvailable } from './bounds.ts';
import { failuresBefore } from './daemon-pod.ts';
import type { Place } from './placement.ts';
import { joined, nothingPlanned, type Plan, type Rollout } from './plan.ts';

/** As Kubernetes' back-off for failed daemon pods. */
const backOff = { firstMs: 1000, mostMs: limits.daemonBackOffMs };

export function managing(rollout: Rollout): Plan {
  const { places, lost } = rollout;
  return joined([
    ...places.map((place) => managingPlace(rollout, place)),
    { doomed: lost, wanted: [] },
  ]);
}

function managingPlace(rollout: Rollout, place: Place): Plan {
  const { node, fit, pods } = place;
  if (fit.shouldRun && pods.length === 0) return { doomed: [], wanted: [{ node }] };
  const staying = pods.filter((pod) => !isTerminating(pod));
  if (!fit.mayStay) return { doomed: staying, wanted: [] };
  const ended = staying.filter(isTerminal);
  const running = staying.filter((pod) => !isTerminal(pod));
  const surplus = { doomed: surplusOf(rollout, running), wanted: [] };
  // A successor is made at once when it is all that is missing, and knows how often it was tried.
  const isAlone = fit.shouldRun && pods.length === 1;
  return joined([...ended.map((pod) => replacing(rollout, node, pod, isAlone)), surplus]);
}

/** A node may refuse a pod again and again: each time it is given longer to think. */
function replacing({ set, now }: Rollout, node: string, pod: Pod, isAlone: boolean): Plan {
  if (pod.status?.phase === 'Succeeded') {
    return { doomed: [pod], wanted: [], tellings: [endedTelling(set, node, pod)] };
  }
  const madeAt = parseTime(pod.metadata.creationTimestamp);
  const before = now - madeAt > 2 * backOff.mostMs ? 0 : failuresBefore(pod);
  const waitMs = before === 0 ? 0 : Math.min(backOff.mostMs, backOff.firstMs * 2 ** (before - 1));
  if (now < madeAt + waitMs) return { ...nothingPlanned, again: madeAt + waitMs };
  const wanted = isAlone ? [{ node, failures: before + 1 }] : [];
  return { doomed: [pod], wanted, tellings: [endedTelling(set, node, pod)] };
}

function endedTelling(set: DaemonSet, node: string, pod: Pod): Action {
  const { namespace, name } = pod.metadata;
  const failed = pod.status?.phase === 'Failed';
  return {
    type: 'event',
    regarding: set,
    level: failed ? 'Warning' : 'Normal',
    reason: failed ? 'FailedDaemonPod' : 'SucceededDaemonPod',
    message: `Found ${failed ? 'failed' : 'succeeded'} daemon pod ${namespace}/${name} on node ${node}, will try to ${failed ? 'kill' : 'delete'} it`,
  };
}

/** All but the best one; with a surge all but one of the old and one of the new revision. */
function surplusOf({ set, hash, now }: Rollout, running: readonly Pod[]): readonly Pod[] {
  if (boundsOf(set, 1).maxSurge === 0) return running.slice(1);
  const isNew = ({ metadata }: Pod): boolean => metadata.labels?.[revisionLabel] === hash;
  const [fresh, ...moreFresh] = running.filter(isNew);
  const [old, ...moreOld] = running.filter((pod) => !isNew(pod));
  const surplus = [...moreFresh, ...moreOld];
  if (fresh === undefined || old === undefined) return surplus;
  const isOver = !isReady(old) || isAvailable(set, fresh, now);
  return isOver ? [...surplus, old] : surplus;
}
