/** What a Deployment reports. Reasons and messages are Kubernetes' (pkg/controller/deployment). */
import type { Failure } from '#api/decision.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { DeploymentCondition, DeploymentStatus } from '#api/types.ts';
import type { RollOut } from './roll-out.ts';
import { totalSize, totalStatus } from './strategy.ts';

type Conditions = readonly DeploymentCondition[];
type Saying = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The numbers, and whether enough pods serve; says nothing about progress. */
export function statusOf(rollOut: RollOut): DeploymentStatus {
  const { deployment, bounds, newSet, allSets, now } = rollOut;
  const availableReplicas = totalStatus(allSets, 'availableReplicas');
  const enough = availableReplicas >= bounds.replicas - bounds.maxUnavailable;
  const conditions = said(deployment.status?.conditions ?? [], availability(enough), now);
  // Counts of zero are left out, as in Kubernetes.
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: totalStatus(allSets, 'replicas') || undefined,
    updatedReplicas: newSet?.status?.replicas || undefined,
    readyReplicas: totalStatus(allSets, 'readyReplicas') || undefined,
    availableReplicas: availableReplicas || undefined,
    unavailableReplicas: Math.max(0, totalSize(allSets) - availableReplicas) || undefined,
    terminatingReplicas: totalStatus(allSets, 'terminatingReplicas'),
    collisionCount: deployment.status?.collisionCount,
    conditions: [...conditions],
  };
}

function availability(enough: boolean): Saying {
  return {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  };
}

/** The status in the middle of a roll-out: also how it goes. */
export function rollOutStatusOf(rollOut: RollOut, failure: Failure | undefined): DeploymentStatus {
  const status = statusOf(rollOut);
  let conditions: Conditions = status.conditions ?? [];
  if (deadlineOf(rollOut) !== undefined) {
    const failed = failure?.action === 'create' && failure.resource === 'replicasets';
    const saying = failed
      ? { ...progressing('False', 'ReplicaSetCreateError'), message: failure.message }
      : progressOf(rollOut, status);
    const renews = saying?.reason === 'ReplicaSetUpdated';
    if (saying !== undefined) conditions = said(conditions, saying, rollOut.now, renews);
  }
  return { ...status, conditions: [...replicaFailure(rollOut, conditions)] };
}

/** All pods are of the new template and available, and nothing else is left. */
export function isComplete({ bounds }: RollOut, status: DeploymentStatus | undefined): boolean {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status ?? {};
  return [updatedReplicas, replicas, availableReplicas].every((count) => count === bounds.replicas);
}

/** When the roll-out will count as stuck if nothing moves until then. */
export function deadlineAt(rollOut: RollOut, status: DeploymentStatus): number | undefined {
  const deadline = deadlineOf(rollOut);
  const known = find(status.conditions ?? [], 'Progressing');
  if (deadline === undefined || known?.lastUpdateTime === undefined) return undefined;
  if (known.reason === 'NewReplicaSetAvailable' || known.reason === 'ProgressDeadlineExceeded') {
    return undefined;
  }
  // A second more: the condition's time has whole seconds only.
  return parseTime(known.lastUpdateTime) + deadline * 1000 + 1000;
}

export function created(rollOut: RollOut, name: string): DeploymentStatus {
  const status = statusOf(rollOut);
  if (deadlineOf(rollOut) === undefined) return status;
  const message = `Created new replica set "${name}"`;
  const saying = { ...progressing('True', 'NewReplicaSetCreated'), message };
  return { ...status, conditions: [...said(status.conditions ?? [], saying, rollOut.now)] };
}

/** While a deployment is paused its deadline rests. */
export function pausedStatusOf(rollOut: RollOut): DeploymentStatus {
  const status = statusOf(rollOut);
  if (deadlineOf(rollOut) === undefined) return status;
  const known = find(status.conditions ?? [], 'Progressing');
  if (known?.reason === 'ProgressDeadlineExceeded') return status;
  const saying = { ...progressing('Unknown', 'DeploymentPaused'), message: 'Deployment is paused' };
  return { ...status, conditions: [...said(status.conditions ?? [], saying, rollOut.now)] };
}

function progressOf(rollOut: RollOut, status: DeploymentStatus): Saying | undefined {
  const { deployment, newSet, now } = rollOut;
  const known = find(status.conditions ?? [], 'Progressing');
  const { name } = deployment.metadata;
  const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${name}"`;
  const isDone = known?.reason === 'NewReplicaSetAvailable';
  if (isDone && status.replicas === status.updatedReplicas) return undefined;
  if (isComplete(rollOut, status)) {
    const message = `${subject} has successfully progressed.`;
    return { ...progressing('True', 'NewReplicaSetAvailable'), message };
  }
  if (known?.reason === 'DeploymentPaused') {
    return { ...progressing('Unknown', 'DeploymentResumed'), message: 'Deployment is resumed' };
  }
  if (hasMoved(deployment.status ?? {}, status)) {
    return { ...progressing('True', 'ReplicaSetUpdated'), message: `${subject} is progressing.` };
  }
  if (known === undefined) {
    if (newSet === undefined) return undefined;
    const message = `Found new replica set "${newSet.metadata.name}"`;
    return { ...progressing('True', 'FoundNewReplicaSet'), message };
  }
  const at = deadlineAt(rollOut, status);
  if (at === undefined || now < at) return undefined;
  const message = `${subject} has timed out progressing.`;
  return { ...progressing('False', 'ProgressDeadlineExceeded'), message };
}

function hasMoved(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const { updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = before;
  const oldPods = (status: DeploymentStatus): number =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > updatedReplicas ||
    (after.readyReplicas ?? 0) > readyReplicas ||
    (after.availableReplicas ?? 0) > availableReplicas ||
    oldPods(after) < oldPods(before)
  );
}

/** A failure of the newest set to make pods is the deployment's failure. */
function replicaFailure({ newSet, oldSets }: RollOut, conditions: Conditions): Conditions {
  const sets = [...(newSet === undefined ? [] : [newSet]), ...oldSets];
  const failures = sets.map(({ status }) =>
    status?.conditions?.find(({ type }) => type === 'ReplicaFailure'),
  );
  const found = failures.find((failure) => failure !== undefined);
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (found === undefined) return others;
  return [...others, { ...found, lastUpdateTime: found.lastTransitionTime }];
}

function deadlineOf({ deployment }: RollOut): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  // Kubernetes takes the largest 32-bit number for "never".
  return seconds === undefined || seconds === 2_147_483_647 ? undefined : seconds;
}

function progressing(status: string, reason: string): Saying {
  return { type: 'Progressing', status, reason };
}

function find(conditions: Conditions, type: string): DeploymentCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** The conditions with one said anew; the same status and reason once more changes nothing, unless it `renews`. */
function said(conditions: Conditions, saying: Saying, now: number, renews = false): Conditions {
  const known = find(conditions, saying.type);
  if (!renews && known?.status === saying.status && known?.reason === saying.reason) {
    return conditions;
  }
  const time = formatTime(now);
  const lastTransitionTime = known?.status === saying.status ? known.lastTransitionTime : time;
  const next = { ...saying, lastUpdateTime: time, lastTransitionTime };
  return [...conditions.filter(({ type }) => type !== saying.type), next];
}
