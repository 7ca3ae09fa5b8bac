/** What a ReplicaSet, or its elder the ReplicationController, reports of its pods. */
import type { Failure } from '#api/decision.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Pod, PodTemplateSpec, ReplicaSetCondition, ReplicaSetStatus } from '#api/types.ts';
import { availableAt, isActive, isReady, isTerminal, isTerminating } from '../../decide/pods.ts';

/** What the two kinds have in common. */
export interface Counting extends KubeObject {
  readonly spec: {
    readonly replicas?: number | undefined;
    readonly minReadySeconds?: number | undefined;
    readonly template?: PodTemplateSpec | undefined;
  };
  readonly status?: ReplicaSetStatus | undefined;
}

export interface Report {
  readonly status: ReplicaSetStatus;
  /** When a pod that is ready now will have been so for long enough. */
  readonly again: number | undefined;
}

export function reportOf(
  owner: Counting,
  owned: readonly Pod[],
  failure: Failure | undefined,
  now: number,
): Report {
  const active = owned.filter(isActive);
  const templateLabels = Object.entries(owner.spec.template?.metadata?.labels ?? {});
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  const times = active.map((pod) => availableAt(pod, minReadySeconds));
  const waiting = times.filter((at) => at !== undefined && at > now) as number[];
  const conditions = conditionsOf(owner, failure, now);
  // Counts of zero are left out where Kubernetes leaves them out.
  const status: ReplicaSetStatus = {
    replicas: active.length,
    fullyLabeledReplicas:
      active.filter((pod) =>
        templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value),
      ).length || undefined,
    readyReplicas: active.filter(isReady).length || undefined,
    availableReplicas: times.filter((at) => at !== undefined && at <= now).length || undefined,
    terminatingReplicas: owned.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length,
    observedGeneration: owner.metadata.generation,
    ...(conditions.length > 0 ? { conditions: [...conditions] } : {}),
  };
  return { status, again: waiting.length > 0 ? Math.min(...waiting) : undefined };
}

function conditionsOf(
  owner: Counting,
  failure: Failure | undefined,
  now: number,
): readonly ReplicaSetCondition[] {
  const conditions = owner.status?.conditions ?? [];
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const reason = failureReason(failure);
  if (failure === undefined || reason === undefined) return others;
  const known = conditions.find(({ type }) => type === 'ReplicaFailure');
  if (known?.status === 'True' && known.reason === reason) return conditions;
  const { message } = failure;
  const lastTransitionTime = formatTime(now);
  return [
    ...others,
    { type: 'ReplicaFailure', status: 'True', reason, message, lastTransitionTime },
  ];
}

function failureReason(failure: Failure | undefined): string | undefined {
  if (failure?.resource !== 'pods') return undefined;
  if (failure.action === 'create') return 'FailedCreate';
  return failure.action === 'delete' ? 'FailedDelete' : undefined;
}
