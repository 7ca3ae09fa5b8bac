/**
 * The codes of conditions, as far as the object itself tells them: the diagnosis asked of the object
 * alone. Where `gantry why` knows more, its code is a narrower one (`reasons/reason.ts`).
 */
import type { ConditionCodes } from '../condition-codes.ts';
import type { ReasonCode } from '../reasons.ts';
import type {
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  Service,
} from '../types.ts';
import { isResizePending } from './claims.ts';
import { containersOf, type ContainerOfPod } from './containers-of.ts';
import { containerFindings } from './containers.ts';
import { codesOfEvent } from './event-codes.ts';
import type { Facts } from './facts.ts';
import { nodeTroubleOf } from './nodes.ts';
import { failedFindings, gateFindings } from './pods.ts';
import { refusalsIn } from './scheduling.ts';
import { balancerFindings } from './services.ts';
import { budgetFindings, blindness, refusals } from './workloads.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

interface WithConditions<C extends Condition> {
  readonly status?: { readonly conditions?: readonly C[] | undefined } | undefined;
}

/** Nothing is known but the object; time stands still, so that no ending is too long ago. */
const alone: Facts = {
  now: 0,
  object: () => undefined,
  objects: () => [],
  missing: () => false,
  content: () => [],
  log: () => [],
  listening: () => undefined,
  repository: () => undefined,
  certificate: () => undefined,
};

const codes = (findings: readonly { readonly code: ReasonCode }[]): ReasonCode[] =>
  findings.map(({ code }) => code);

/** For each condition what `codeOf` says of it. */
function ofConditions<C extends Condition>(
  { status }: WithConditions<C>,
  codesOf: (condition: C) => ReasonCode | readonly ReasonCode[],
): ConditionCodes {
  const found: Record<string, readonly ReasonCode[]> = {};
  for (const condition of status?.conditions ?? []) {
    const own = codesOf(condition);
    const all = typeof own === 'string' ? [own] : own;
    if (all.length > 0) found[condition.type] = all;
  }
  return found;
}

/** A pod on its way out ends its containers: no condition of it warns. */
export function podConditionCodes(pod: Pod): ConditionCodes {
  if (pod.metadata.deletionTimestamp !== undefined) return {};
  return ofConditions(pod, ({ type, status, reason, message = '' }) => {
    if (status !== 'False' || reason === 'PodCompleted') return [];
    if (type === 'PodScheduled') {
      return reason === 'SchedulingGated' ? ['scheduling-gated'] : codes(refusalsIn(message));
    }
    if (type === 'Initialized') return codesOfContainers(pod, (of) => isInit(of));
    if (type !== 'Ready' && type !== 'ContainersReady') return [];
    if (pod.status?.phase === 'Failed') return codes(failedFindings(pod, alone));
    const own = codesOfContainers(pod, () => true);
    return own.length > 0 || type !== 'Ready' ? own : codes(gateFindings(pod));
  });
}

const isInit = ({ fieldPath }: ContainerOfPod): boolean =>
  fieldPath.startsWith('spec.initContainers');

/** Of those that do not run; why one that runs is not ready, only its probe's events tell. */
function codesOfContainers(pod: Pod, wanted: (of: ContainerOfPod) => boolean): ReasonCode[] {
  const stand = containersOf(pod).filter(
    (of) => wanted(of) && of.status?.ready !== true && !of.status?.state?.running,
  );
  return stand.flatMap((of) => {
    const found = codes(containerFindings(of, alone));
    const { reason = '', message = '' } = of.status?.state?.waiting ?? {};
    if (found.length > 0 || !reason.startsWith('CreateContainer')) return found;
    return codesOfEvent('Failed', message);
  });
}

export function deploymentConditionCodes(deployment: Deployment): ConditionCodes {
  return ofConditions(deployment, ({ type, status, reason, message }) => {
    if (type === 'ReplicaFailure' && status === 'True') return codes(refusals(deployment, message));
    if (type !== 'Progressing') return [];
    if (reason === 'ProgressDeadlineExceeded') return ['rollout-stalled'];
    const { updatedReplicas = 0 } = deployment.status ?? {};
    const open = updatedReplicas < (deployment.spec?.replicas ?? 1);
    return reason === 'DeploymentPaused' && open ? ['rollout-paused'] : [];
  });
}

/** ReplicaSets and ReplicationControllers. */
export function replicaConditionCodes(
  set: Parameters<typeof refusals>[0] & WithConditions<Condition>,
): ConditionCodes {
  return ofConditions(set, ({ type, status, message }) =>
    type === 'ReplicaFailure' && status === 'True' ? codes(refusals(set, message)) : [],
  );
}

export function jobConditionCodes(job: Job): ConditionCodes {
  return ofConditions(job, ({ type, status }) => {
    if (status !== 'True') return [];
    if (type === 'Suspended') return ['suspended'];
    return type === 'Failed' || type === 'FailureTarget' ? ['job-failed'] : [];
  });
}

export function nodeConditionCodes(node: Node): ConditionCodes {
  return ofConditions(node, (condition) => nodeTroubleOf(condition) ?? []);
}

export function namespaceConditionCodes(namespace: Namespace): ConditionCodes {
  return ofConditions(namespace, ({ type, status }) => {
    if (status !== 'True') return [];
    if (type === 'NamespaceContentRemaining') return ['namespace-holds'];
    return type === 'NamespaceFinalizersRemaining' ? ['deletion-waits'] : [];
  });
}

export function claimConditionCodes(claim: PersistentVolumeClaim): ConditionCodes {
  return ofConditions(claim, (condition) =>
    isResizePending(condition) ? ['claim-resize-pending'] : [],
  );
}

export function autoscalerConditionCodes(scaler: HorizontalPodAutoscaler): ConditionCodes {
  return ofConditions(scaler, (condition) => blindness(condition) ?? []);
}

/** Whether there are pods that it could guard, a budget itself does not tell. */
export function budgetConditionCodes(budget: PodDisruptionBudget): ConditionCodes {
  return ofConditions(budget, ({ type, status }) =>
    type === 'DisruptionAllowed' && status === 'False'
      ? codes(budgetFindings(budget, alone)).filter((code) => code !== 'budget-guards-nothing')
      : [],
  );
}

export function serviceConditionCodes(service: Service): ConditionCodes {
  return ofConditions(service, ({ type }) =>
    type === 'LoadBalancerPortsError'
      ? codes(balancerFindings(service)).filter((code) => code === 'load-balancer-port-taken')
      : [],
  );
}
