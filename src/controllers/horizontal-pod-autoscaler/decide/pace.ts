/**
 * How fast the number of replicas may change: recent recommendations steady it, policies bound it.
 * Source: Kubernetes documentation "Horizontal Pod Autoscaling", configurable scaling behavior.
 */
import type { HorizontalPodAutoscalerSpec, HPAScalingRules } from '#api/types.ts';

export interface Moment {
  readonly at: number;
  readonly replicas: number;
}

/** What was recommended and done lately. Kept in memory: after a restart the autoscaler waits a window. */
export interface History {
  readonly recommended: readonly Moment[];
  /** Changes of size, negative when it became smaller. */
  readonly scaled: readonly Moment[];
}

export interface Said {
  readonly reason: string;
  readonly message: string;
}

export interface Paced {
  readonly replicas: number;
  readonly able: Said;
  /** Absent `isLimited`: what was recommended is done. */
  readonly limited: Said & { readonly isLimited: boolean };
}

const usualDownWindowSeconds = 300;
/** Without rules of its own, it grows at least to this in one step. */
const leastGrowth = 4;

const ready: Said = {
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};

export function paced(
  spec: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  desired: number,
  now: number,
): Paced {
  const steady = steadied(spec, history, current, desired, now);
  const able = steady === desired ? ready : steadyWords(desired >= current);
  const { replicas, said } = bounded(spec, history, current, steady, now);
  return { replicas, able, limited: { ...said, isLimited: replicas !== steady } };
}

function steadyWords(isUp: boolean): Said {
  return isUp
    ? {
        reason: 'ScaleUpStabilized',
        message:
          'recent recommendations were lower than current one, applying the lowest recent recommendation',
      }
    : {
        reason: 'ScaleDownStabilized',
        message:
          'recent recommendations were higher than current one, applying the highest recent recommendation',
      };
}

function steadied(
  { behavior }: HorizontalPodAutoscalerSpec,
  { recommended }: History,
  current: number,
  desired: number,
  now: number,
): number {
  const upWindow = behavior?.scaleUp?.stabilizationWindowSeconds ?? 0;
  const downWindow = behavior?.scaleDown?.stabilizationWindowSeconds ?? usualDownWindowSeconds;
  let lowest = desired;
  let highest = desired;
  for (const { at, replicas } of recommended) {
    if (at > now - upWindow * 1000) lowest = Math.min(lowest, replicas);
    if (at > now - downWindow * 1000) highest = Math.max(highest, replicas);
  }
  if (behavior === undefined) return highest;
  return Math.min(Math.max(current, lowest), highest);
}

function bounded(
  spec: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  desired: number,
  now: number,
): { replicas: number; said: Said } {
  const { maxReplicas, minReplicas = 1 } = spec;
  const most = mostOf(spec, history, current, now);
  const least = leastOf(spec, history, current, now);
  if (desired > current && desired > Math.min(most, maxReplicas)) {
    return most < maxReplicas
      ? { replicas: most, said: tooFast('ScaleUpLimit', 'increasing') }
      : { replicas: maxReplicas, said: beyond('TooManyReplicas', 'more', 'maximum') };
  }
  if (desired < Math.max(least, minReplicas) && desired < current) {
    return least > minReplicas
      ? { replicas: least, said: tooFast('ScaleDownLimit', 'decreasing') }
      : { replicas: minReplicas, said: beyond('TooFewReplicas', 'less', 'minimum') };
  }
  const message = 'the desired count is within the acceptable range';
  return { replicas: desired, said: { reason: 'DesiredWithinRange', message } };
}

function tooFast(reason: string, how: string): Said {
  return {
    reason,
    message: `the desired replica count is ${how} faster than the maximum scale rate`,
  };
}

function beyond(reason: string, how: string, bound: string): Said {
  return {
    reason,
    message: `the desired replica count is ${how} than the ${bound} replica count`,
  };
}

function mostOf(
  { behavior }: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  now: number,
): number {
  if (behavior?.scaleUp === undefined) return Math.max(2 * current, leastGrowth);
  const proposals = proposalsOf(behavior.scaleUp, history, current, now, (start, type, value) =>
    type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100)),
  );
  if (proposals === undefined) return current;
  const choose = behavior.scaleUp.selectPolicy === 'Min' ? Math.min : Math.max;
  return Math.max(current, choose(...proposals));
}

function leastOf(
  { behavior }: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  now: number,
): number {
  if (behavior?.scaleDown === undefined) return 0;
  const proposals = proposalsOf(behavior.scaleDown, history, current, now, (start, type, value) =>
    type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100)),
  );
  if (proposals === undefined) return current;
  const choose = behavior.scaleDown.selectPolicy === 'Min' ? Math.max : Math.min;
  return Math.min(current, choose(...proposals));
}

/** Undefined: this direction is disabled. */
function proposalsOf(
  { policies = [], selectPolicy }: HPAScalingRules,
  { scaled }: History,
  current: number,
  now: number,
  propose: (start: number, type: string, value: number) => number,
): readonly number[] | undefined {
  if (selectPolicy === 'Disabled' || policies.length === 0) return undefined;
  return policies.map(({ type, value, periodSeconds }) => {
    const recent = scaled.filter(({ at }) => at > now - periodSeconds * 1000);
    const change = recent.reduce((sum, { replicas }) => sum + replicas, 0);
    return propose(current - change, type, value);
  });
}
