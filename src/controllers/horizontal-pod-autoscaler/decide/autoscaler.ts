/**
 * The number of replicas that an autoscaler's metrics ask for, within its bounds and at its pace.
 * Source: Kubernetes documentation "Horizontal Pod Autoscaling"; autoscaling/v2.
 */
import type { Action, Decision, View } from '#api/decision.ts';
import { nothingToDo } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { horizontalPodAutoscalers, pods } from '#api/kinds/index.ts';
import { type KindLookup, splitApiVersion } from '#api/lookup.ts';
import { type KubeObject, splitKey } from '#api/object.ts';
import { amountOf } from '#api/quantity.ts';
import { parseLabelSelector } from '#api/selector.ts';
import { formatTime } from '#api/time.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
} from '#api/types.ts';
import { isSame } from '../../decide/same.ts';
import {
  evaluate,
  type Evaluated,
  type Gathered,
  type Situation,
  type Unusable,
} from './metrics.ts';
import { type History, type Moment, paced, type Said } from './pace.ts';

/** As kube-controller-manager's --horizontal-pod-autoscaler-sync-period. */
export const periodMs = 15_000;
const usualTolerance = 0.1;
/** Nothing looks further back (the longest window and the longest period of a policy). */
const historyMs = 3_600_000;

export interface Target {
  readonly kind: Kind;
  readonly object: KubeObject;
  readonly replicas: number;
  readonly selector: string;
}

/** A sentence when there is nothing that can be scaled. */
export function targetOf(
  view: View,
  kinds: KindLookup,
  { metadata, spec }: HorizontalPodAutoscaler,
): Target | string {
  const { apiVersion = '', kind: word, name } = spec.scaleTargetRef;
  const { group, version } = splitApiVersion(apiVersion);
  const kind = kinds.byKind(group, version, word);
  if (kind === undefined) return `no matches for kind "${word}" in group "${group}"`;
  if (kind.scale === undefined) return 'the server could not find the requested resource';
  const object = view.get(kind, metadata.namespace, name);
  if (object === undefined) {
    const resource = group === '' ? kind.resource : `${kind.resource}.${group}`;
    return `${resource} "${name}" not found`;
  }
  const { specReplicas, selector } = kind.scale.read(object);
  return { kind, object, replicas: specReplicas, selector };
}

export interface Step {
  readonly decision: Decision;
  /** Absent: there is no such autoscaler any more. */
  readonly history?: History | undefined;
}

type Conditions = readonly HorizontalPodAutoscalerCondition[];

interface Draft {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly now: number;
  conditions: Conditions;
  readonly events: Action[];
}

export function decideAutoscaler(
  kinds: KindLookup,
  view: View,
  key: string,
  now: number,
  gathered: Gathered,
  history: History,
): Step {
  const { namespace, name } = splitKey(key);
  const autoscaler = view.get(horizontalPodAutoscalers, namespace, name);
  if (autoscaler === undefined) return { decision: nothingToDo };
  const conditions = autoscaler.status?.conditions ?? [];
  const draft: Draft = { autoscaler, now, conditions, events: [] };
  const target = targetOf(view, kinds, autoscaler);
  if (typeof target === 'string') {
    tell(draft, 'Warning', 'FailedGetScale', target);
    const message = `the HPA controller was unable to get the target's current scale: ${target}`;
    say(draft, 'AbleToScale', 'False', { reason: 'FailedGetScale', message });
    return { decision: finished(draft, autoscaler.status?.currentReplicas ?? 0, []), history };
  }
  return scaled(draft, view, target, gathered, history);
}

function scaled(
  draft: Draft,
  view: View,
  target: Target,
  gathered: Gathered,
  history: History,
): Step {
  const { autoscaler, now } = draft;
  const { replicas: current } = target;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const remembered = rememberedOf(history, current, now);
  const message = "the HPA controller was able to get the target's current scale";
  say(draft, 'AbleToScale', 'True', { reason: 'SucceededGetScale', message });
  if (view.failure?.action === 'patch') failedRescale(draft, view.failure.message);
  if (current === 0 && minReplicas !== 0) {
    const why = 'scaling is disabled since the replica count of the target is zero';
    say(draft, 'ScalingActive', 'False', { reason: 'ScalingDisabled', message: why });
    return { decision: finished(draft, current, []), history: remembered };
  }
  if (current > maxReplicas) {
    return resized(
      draft,
      target,
      maxReplicas,
      'Current number of replicas above Spec.MaxReplicas',
      remembered,
    );
  }
  if (current < minReplicas) {
    return resized(
      draft,
      target,
      minReplicas,
      'Current number of replicas below Spec.MinReplicas',
      remembered,
    );
  }
  return byMetrics(draft, view, target, gathered, remembered);
}

function failedRescale(draft: Draft, why: string): void {
  tell(draft, 'Warning', 'FailedRescale', `New size could not be set; error: ${why}`);
  const message = `the HPA controller was unable to update the target scale: ${why}`;
  say(draft, 'AbleToScale', 'False', { reason: 'FailedUpdateScale', message });
}

function byMetrics(
  draft: Draft,
  view: View,
  target: Target,
  gathered: Gathered,
  history: History,
): Step {
  const { autoscaler, now } = draft;
  const { spec, metadata } = autoscaler;
  const { namespace = '' } = metadata;
  const { replicas: current, selector } = target;
  const selected = parseLabelSelector(selector);
  const situation: Situation = {
    namespace,
    pods: view.list(pods, namespace).filter((pod) => selected.matches(pod.metadata.labels)),
    gathered,
    current,
    tolerance: toleranceOf(autoscaler),
    now,
  };
  const outcomes = (spec.metrics ?? []).map((metric) => evaluate(metric, situation));
  const good = outcomes.filter((each): each is Evaluated => 'replicas' in each);
  const bad = outcomes.filter((each): each is Unusable => 'message' in each);
  for (const { reason, message } of bad) tell(draft, 'Warning', reason, message);
  // A status for each metric, in their order; of one that failed nothing is known.
  const statuses = outcomes.map(
    (each): MetricStatus => ('status' in each ? each.status : { type: '' }),
  );
  const best = good.reduce<Evaluated | undefined>(
    (most, each) => (most === undefined || each.replicas > most.replicas ? each : most),
    undefined,
  );
  const [first] = bad;
  if (best === undefined || (first !== undefined && best.replicas < current)) {
    const { reason = 'InvalidMetric', message = 'no metrics' } = first ?? {};
    const why = `the HPA was unable to compute the replica count: ${message}`;
    say(draft, 'ScalingActive', 'False', { reason, message: why });
    const all = `invalid metrics (${bad.length} invalid out of ${outcomes.length}), first error is: ${message}`;
    tell(draft, 'Warning', 'FailedComputeMetricsReplicas', all);
    return { decision: finished(draft, current, statuses), history };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  say(draft, 'ScalingActive', 'True', { reason: 'ValidMetricFound', message });
  const recommended = [...history.recommended, { at: now, replicas: best.replicas }];
  const pace = paced(spec, history, current, best.replicas, now);
  say(draft, 'AbleToScale', 'True', pace.able);
  say(draft, 'ScalingLimited', pace.limited.isLimited ? 'True' : 'False', pace.limited);
  const next = { ...history, recommended };
  const why = best.replicas > current ? `${best.name} above target` : 'All metrics below target';
  if (pace.replicas === current)
    return { decision: finished(draft, current, statuses), history: next };
  return resized(draft, target, pace.replicas, why, next, statuses);
}

function toleranceOf({ spec }: HorizontalPodAutoscaler): { up: number; down: number } {
  const share = (quantity: string | undefined): number =>
    quantity === undefined ? usualTolerance : Number(amountOf(quantity).nanos) / 1e9;
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  return { up: share(scaleUp?.tolerance), down: share(scaleDown?.tolerance) };
}

/** What still matters; the first look counts as a recommendation to stay. */
function rememberedOf(
  { recommended, scaled: changes }: History,
  current: number,
  now: number,
): History {
  const recent = ({ at }: Moment): boolean => at > now - historyMs;
  const kept = recommended.filter(recent);
  return {
    recommended: recommended.length === 0 ? [{ at: now, replicas: current }] : kept,
    scaled: changes.filter(recent),
  };
}

function resized(
  draft: Draft,
  target: Target,
  replicas: number,
  why: string,
  history: History,
  statuses: readonly MetricStatus[] = draft.autoscaler.status?.currentMetrics ?? [],
): Step {
  const { now } = draft;
  const { namespace, name } = target.object.metadata;
  const message = `the HPA controller was able to update the target scale to ${replicas}`;
  say(draft, 'AbleToScale', 'True', { reason: 'SucceededRescale', message });
  tell(draft, 'Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`);
  const patch: Action = {
    type: 'patch',
    kind: target.kind,
    namespace,
    name,
    subresource: 'scale',
    patch: { spec: { replicas } },
  };
  const change = { at: now, replicas: replicas - target.replicas };
  const { actions, again } = finished(draft, target.replicas, statuses, replicas);
  return {
    decision: { actions: [patch, ...actions], again },
    history: { ...history, scaled: [...history.scaled, change] },
  };
}

function finished(
  { autoscaler, now, conditions, events }: Draft,
  current: number,
  statuses: readonly MetricStatus[],
  desired?: number,
): Decision {
  const old = autoscaler.status;
  const status = {
    ...old,
    observedGeneration: autoscaler.metadata.generation,
    lastScaleTime: desired === undefined ? old?.lastScaleTime : formatTime(now),
    currentReplicas: current,
    desiredReplicas: desired ?? current,
    currentMetrics: [...statuses],
    conditions: [...conditions],
  };
  const object: HorizontalPodAutoscaler = { ...autoscaler, status };
  const write: Action = {
    type: 'update',
    kind: horizontalPodAutoscalers,
    object,
    subresource: 'status',
  };
  const actions = isSame(old, status) ? events : [...events, write];
  return { actions, again: now + periodMs };
}

function tell(draft: Draft, level: 'Normal' | 'Warning', reason: string, message: string): void {
  draft.events.push({ type: 'event', regarding: draft.autoscaler, level, reason, message });
}

/** Last said counts; the time of the transition stays when the status does. */
function say(
  draft: Draft,
  type: string,
  status: 'True' | 'False',
  { reason, message }: Said,
): void {
  const known = draft.autoscaler.status?.conditions?.find((each) => each.type === type);
  const lastTransitionTime =
    known?.status === status ? known.lastTransitionTime : formatTime(draft.now);
  const next = { type, status, lastTransitionTime, reason, message };
  const isKnown = draft.conditions.some((each) => each.type === type);
  draft.conditions = isKnown
    ? draft.conditions.map((each) => (each.type === type ? next : each))
    : [...draft.conditions, next];
}
