/** Why a workload has not the pods that it should have: its own conditions, then its pods. */
import { nextTime, parseSchedule } from '../cron/schedule.ts';
import { wallClockOf } from '../cron/wall-clock.ts';
import type { KubeObject } from '../object.ts';
import type { ReasonCode } from '../reasons.ts';
import { compileSelector, formatLabelSelector, selectorOfLabels } from '../selector.ts';
import { parseTime } from '../time.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  Job,
  PodDisruptionBudget,
  Pod,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../types.ts';
import { eventsOf, timeOf } from './events.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under, wordFor } from './finding.ts';
import { nearestPod } from './near-pods.ts';
import { isReady, podFindings } from './pods.ts';
import { bare, closestWords, listOf } from './words.ts';

/** How many pods of one owner are looked into; replicas fail alike. */
const podsMax = 10;
/** Refused creations are told again while they last. */
const recentMs = 10 * 60_000;
/** A container's use is a difference of two looks at it; then the autoscaler's own period. */
const firstFiguresMs = 60_000;
const noFigures = /no metrics returned|did not receive metrics/;

export function deploymentFindings(deployment: Deployment, facts: Facts): Finding[] {
  const self = nameOf(deployment);
  const { replicas = 1, paused, progressDeadlineSeconds = 600 } = deployment.spec ?? {};
  const { updatedReplicas = 0, readyReplicas = 0, conditions = [] } = deployment.status ?? {};
  if (replicas === 0) return [toZero(deployment)];
  const sets = ownedBy(deployment, facts.objects('replicaset', self.namespace));
  const causes = sets
    .filter(({ spec }) => (spec?.replicas ?? 0) > 0)
    .sort((a, b) => revisionOf(b) - revisionOf(a))
    .flatMap((set) => replicaSetFindings(set, facts));
  const refused = conditions.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  if (refused && causes.length === 0) causes.push(...refusals(deployment, refused.message));
  const words = {
    what: wordFor(self),
    deadline: String(progressDeadlineSeconds),
    updated: String(Math.min(updatedReplicas, readyReplicas)),
    wanted: String(replicas),
  };
  const found = under(
    self,
    causes.filter(({ subject }) => subject.name !== self.name || subject.kind !== self.kind),
  );
  found.unshift(...causes.filter(({ subject }) => subject.kind === self.kind));
  const progress = conditions.find(({ type }) => type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    found.push(finding('rollout-stalled', self, words));
  if (paused && updatedReplicas < replicas) {
    const paused = { ...words, updated: String(updatedReplicas) };
    found.push(finding('rollout-paused', self, paused));
  }
  return found;
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}

/** Also of the older kind, which has the same fields. */
export function replicaSetFindings(
  set: ReplicaSet | ReplicationController,
  facts: Facts,
): Finding[] {
  const { replicas = 1 } = set.spec ?? {};
  if (replicas === 0) return [toZero(set)];
  const refused = set.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  const own = refused ? refusals(set, refused.message) : toldRefusals(set, facts);
  return [...own, ...podCauses(set, facts, replicas)];
}

export function statefulSetFindings(set: StatefulSet, facts: Facts): Finding[] {
  const { replicas = 1 } = set.spec ?? {};
  if (replicas === 0) return [toZero(set)];
  const causes = [...toldRefusals(set, facts), ...podCauses(set, facts, replicas)];
  return [...causes, ...governingFindings(set, facts)];
}

/** Its pods have names in DNS through a Service that selects them; any does, headless or not. */
function governingFindings(set: StatefulSet, facts: Facts): Finding[] {
  const self = nameOf(set);
  const { serviceName: name, template } = set.spec ?? {};
  if (!name) return [];
  const labels = template?.metadata?.labels ?? {};
  const found = (problem: string, closest = '', because: Finding['because'] = []): Finding[] => {
    const words = { name, problem, closest, labels: formatLabelSelector({ matchLabels: labels }) };
    return [finding('governing-service-missing', self, words, { because })];
  };
  if (facts.missing('service', self.namespace, name)) {
    const there = facts.objects('service', self.namespace);
    const names = there.map(({ metadata }) => metadata.name ?? '');
    return found('does not exist', closestWords(name, names));
  }
  const service = facts.object('service', self.namespace, name);
  if (!service) return [];
  const because = [nameOf(service)];
  if (service.spec?.type === 'ExternalName') return found('is an ExternalName', '', because);
  const { selector } = service.spec ?? {};
  // Somebody else may keep its endpoints.
  if (!selector || selectorOfLabels(selector).matches(labels)) return [];
  const selects = formatLabelSelector({ matchLabels: selector });
  return found(`does not select them (but ${selects})`, '', because);
}

export function daemonSetFindings(set: DaemonSet, facts: Facts): Finding[] {
  const { desiredNumberScheduled = 0, observedGeneration } = set.status ?? {};
  const found = [...toldRefusals(set, facts), ...podCauses(set, facts, desiredNumberScheduled)];
  if (found.length > 0 || desiredNumberScheduled > 0 || observedGeneration === undefined)
    return found;
  const { nodeSelector } = set.spec?.template?.spec ?? {};
  const message = nodeSelector
    ? `no node has the labels ${Object.entries(nodeSelector)
        .map((pair) => pair.join('='))
        .join(',')}`
    : 'all nodes have taints or labels that keep it away';
  return [finding('no-node-matches', nameOf(set), { message })];
}

export function jobFindings(job: Job, facts: Facts): Finding[] {
  const self = nameOf(job);
  const conditions = job.status?.conditions ?? [];
  const holds = (wanted: string) =>
    conditions.find(({ type, status }) => type === wanted && status === 'True');
  if (holds('Complete')) return [];
  // While its last pods still end, it has failed already.
  const failed = holds('Failed') ?? holds('FailureTarget');
  if (failed) {
    const message = bare(failed.message) || bare(failed.reason);
    return [...podCauses(job, facts), finding('job-failed', self, { message })];
  }
  if (job.spec?.suspend) return [finding('suspended', self, { what: wordFor(self) })];
  return [...toldRefusals(job, facts), ...podCauses(job, facts)];
}

export function cronJobFindings(cron: CronJob, facts: Facts): Finding[] {
  const self = nameOf(cron);
  if (cron.spec?.suspend) return [finding('suspended', self, { what: wordFor(self) })];
  if (neverFires(cron, facts.now)) {
    const words = { what: wordFor(self), schedule: cron.spec?.schedule ?? '' };
    return [finding('schedule-never-fires', self, words)];
  }
  const [last] = ownedBy(cron, facts.objects('job', self.namespace)).sort((a, b) =>
    (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1,
  );
  return last ? under(self, jobFindings(last, facts)) : [];
}

/** The 30th of February is a date that the API takes, as Kubernetes' does. */
function neverFires({ spec }: CronJob, now: number): boolean {
  const parsed = parseSchedule(spec?.schedule ?? '');
  const clock = wallClockOf(spec?.timeZone ?? 'UTC');
  if (typeof parsed === 'string' || clock === undefined) return false;
  return nextTime(parsed.schedule, clock, now) === undefined;
}

export function autoscalerFindings(scaler: HorizontalPodAutoscaler, facts: Facts): Finding[] {
  for (const condition of scaler.status?.conditions ?? []) {
    const code = blindness(condition);
    const message = bare(condition.message);
    if (code && isAwaited(condition, facts.now)) return [awaited(scaler)];
    if (code) return [finding(code, nameOf(scaler), { message })];
  }
  return [];
}

/** Without figures so far, which come when pods have run for a while. */
function isAwaited({ message = '', ...at }: HorizontalPodAutoscalerCondition, now: number) {
  const since = parseTime(at.lastTransitionTime);
  return noFigures.test(message) && now - since < firstFiguresMs;
}

function awaited(scaler: HorizontalPodAutoscaler): Finding {
  const { name = '' } = scaler.spec?.scaleTargetRef ?? {};
  const what = 'The autoscaler';
  const message = `there are no figures yet of the pods of "${name}"; the first are due within ${firstFiguresMs / 1000} s after they run`;
  return finding(
    'still-starting',
    nameOf(scaler),
    { what, message },
    { general: 'autoscaler-blind' },
  );
}

/** Why an autoscaler does not scale, as one of its conditions has it; undefined: that one does not hinder. */
export function blindness({
  type,
  status,
  reason,
}: HorizontalPodAutoscalerCondition): ReasonCode | undefined {
  if (status !== 'False' || reason === 'ScalingDisabled') return undefined;
  if (type === 'AbleToScale' && reason === 'FailedGetScale') return 'autoscaler-target-unknown';
  return type === 'ScalingActive' || type === 'AbleToScale' ? 'autoscaler-blind' : undefined;
}

export function budgetFindings(budget: PodDisruptionBudget, facts: Facts): Finding[] {
  const failed = budget.status?.conditions?.find(({ reason }) => reason === 'SyncFailed');
  if (failed) return [finding('budget-blind', nameOf(budget), { message: bare(failed.message) })];
  const {
    disruptionsAllowed = 0,
    currentHealthy = 0,
    desiredHealthy = 0,
    expectedPods = 0,
  } = budget.status ?? {};
  if (expectedPods === 0) return guardsNothing(budget, facts);
  if (disruptionsAllowed > 0) return [];
  const words = { healthy: String(currentHealthy), desired: String(desiredHealthy) };
  return [finding('budget-allows-none', nameOf(budget), words)];
}

/** No pods that count. A workload that is scaled to nothing may come back; then the budget is there. */
function guardsNothing(budget: PodDisruptionBudget, facts: Facts): Finding[] {
  const self = nameOf(budget);
  const { selector } = budget.spec ?? {};
  if (budget.status?.observedGeneration === undefined) return [];
  const pods: readonly Pod[] = facts.objects('pod', self.namespace);
  const wanted = compileSelector(selector);
  const guarded = pods.filter(({ metadata }) => wanted.matches(metadata.labels ?? {}));
  const alone = guarded.filter(({ metadata }) => !metadata.ownerReferences?.length).map(nameOf);
  if (alone.length > 0) {
    const message = `${listOf(alone.map(wordFor))} has no owner that says how many there should be`;
    return [finding('budget-blind', self, { message }, { because: alone })];
  }
  const templates = [
    ...facts.objects('deployment', self.namespace),
    ...facts.objects('statefulset', self.namespace),
  ].map(({ spec }) => spec?.template.metadata?.labels);
  if (guarded.length > 0 || templates.some((labels = {}) => wanted.matches(labels))) return [];
  const near = nearestPod(selector?.matchLabels ?? {}, pods);
  const words = { selector: formatLabelSelector(selector), closest: near?.closest ?? '' };
  const because = near ? [nameOf(near.pod)] : [];
  return [finding('budget-guards-nothing', self, words, { because })];
}

export function ownedBy<T extends KubeObject>(owner: KubeObject, all: readonly T[]): T[] {
  const { uid } = owner.metadata;
  return all.filter(({ metadata }) => metadata.ownerReferences?.some((each) => each.uid === uid));
}

/**
 * What keeps its pods from being ready, seen from the owner. Failed ones stay to be looked at; where
 * as many as are wanted are ready, others have taken their place, and nothing is wrong any more.
 */
function podCauses(owner: KubeObject, facts: Facts, wanted = Number.POSITIVE_INFINITY): Finding[] {
  const pods: Pod[] = ownedBy(owner, facts.objects('pod', owner.metadata.namespace));
  const isStaffed = pods.filter(isReady).length >= wanted;
  const open = pods.filter((pod) => {
    const phase = pod.status?.phase;
    return !isReady(pod) && phase !== 'Succeeded' && !(isStaffed && phase === 'Failed');
  });
  const causes = open.slice(0, podsMax).flatMap((pod) => podFindings(pod, facts));
  return under(nameOf(owner), causes);
}

function toZero(object: KubeObject): Finding {
  return finding('scaled-to-zero', nameOf(object), { what: wordFor(nameOf(object)) });
}

/** `Error creating: …` of the last minutes, when nothing was created after it. */
function toldRefusals(owner: KubeObject, facts: Facts): Finding[] {
  const told = eventsOf(owner, facts);
  const refused = told.find(({ reason }) => reason === 'FailedCreate');
  const done = told.find(({ reason }) => reason === 'SuccessfulCreate');
  if (!refused || facts.now - timeOf(refused) > recentMs) return [];
  if (done && timeOf(done) > timeOf(refused)) return [];
  return refusals(owner, refused.message);
}

/** The words of the quota and of other admission, as the API server answers them. */
export function refusals(owner: KubeObject, said = ''): Finding[] {
  const message = bare(said.replace(/^.*?Error creating: /, ''));
  const self = nameOf(owner);
  const words = { what: `A pod of ${wordFor(self)}`, message };
  const more = { details: [message] };
  const [, quota, missing] = /failed quota: ([^:]+): must specify (.+)$/.exec(message) ?? [];
  if (quota && missing) {
    const named = missing.replace(/ for:? .*$/, '');
    return [finding('quota-needs-requests', self, { ...words, quota, missing: named }, more)];
  }
  const [, account] = /service ?account "([^"]+)" not found/.exec(message) ?? [];
  if (account) return [finding('service-account-missing', self, { name: account }, more)];
  const [, exceeded] = /exceeded quota: ([^,]+), /.exec(message) ?? [];
  if (exceeded) {
    const because = [{ kind: 'ResourceQuota', namespace: self.namespace, name: exceeded }];
    const short = message.replace(/^.*exceeded quota: [^,]+, /, '');
    return [
      finding(
        'quota-exceeded',
        self,
        { ...words, quota: exceeded, message: short },
        { ...more, because },
      ),
    ];
  }
  return [finding('admission-refused', self, words, more)];
}
