/**
 * How many pods of a PodDisruptionBudget may be evicted now. The eviction API takes one off for each
 * pod that it lets go (`server/subresources/eviction.ts`) and names it, so that the pod counts as
 * lost before anybody sees it go.
 * Source: Kubernetes documentation "Disruptions"; policy/v1 PodDisruptionBudgetStatus.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import { allowedCondition, withCondition } from '#api/kinds/pod-disruption-budgets/condition.ts';
import type { KindLookup } from '#api/lookup.ts';
import { splitKey } from '#api/object.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '#api/types.ts';
import { isReady, isTerminating } from '../../decide/pods.ts';
import { isSame } from '../../decide/same.ts';
import { expectedOf } from './expected.ts';

/** A pod that was let go and is still there after so long stays, it seems. */
const deletionTimeoutMs = 2 * 60_000;

export function decideBudget(kinds: KindLookup, view: View, key: string, now: number): Decision {
  const { namespace = '', name } = splitKey(key);
  const budget = view.get(podDisruptionBudgets, namespace, name);
  if (budget === undefined) return nothingToDo;
  const { selector } = budget.spec ?? {};
  const selected = selector === undefined ? [] : view.select(pods, namespace, selector);
  const expected = expectedOf(view, kinds, budget.spec ?? {}, selected);
  if (typeof expected === 'string') return { actions: failing(budget, expected, now) };
  const letGo = letGoOf(budget, selected, now);
  const healthy = selected.filter(
    (pod) => isReady(pod) && !isTerminating(pod) && !(pod.metadata.name in letGo.disrupted),
  ).length;
  const allowed = expected.pods > 0 ? Math.max(0, healthy - expected.healthy) : 0;
  const status: PodDisruptionBudgetStatus = {
    observedGeneration: budget.metadata.generation,
    currentHealthy: healthy,
    desiredHealthy: expected.healthy,
    expectedPods: expected.pods,
    disruptionsAllowed: allowed,
    ...(Object.keys(letGo.disrupted).length > 0 ? { disruptedPods: letGo.disrupted } : {}),
    conditions: budget.status?.conditions,
  };
  const next = withCondition(status, allowedCondition(allowed), formatTime(now));
  const actions = [...letGo.news];
  if (!isSame(budget.status, next)) {
    actions.push(writing(budget, next));
    if (selected.length === 0) {
      actions.push(telling(budget, 'Normal', 'NoPods', 'No matching pods found'));
    }
    if (expected.unmanaged.length > 0) actions.push(unmanaged(budget));
  }
  return { actions, again: letGo.again };
}

function writing(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Action {
  const object: PodDisruptionBudget = { ...budget, status };
  return { type: 'update', kind: podDisruptionBudgets, object, subresource: 'status' };
}

function telling(
  regarding: PodDisruptionBudget | Pod,
  level: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Action {
  return { type: 'event', regarding, level, reason, message };
}

/** On the safe side: nothing may be evicted as long as nobody knows how many there should be. */
function failing(budget: PodDisruptionBudget, why: string, now: number): readonly Action[] {
  const condition = { status: 'False', reason: 'SyncFailed', message: why } as const;
  const status = {
    ...budget.status,
    observedGeneration: budget.metadata.generation,
    disruptionsAllowed: 0,
  };
  const next = withCondition(status, condition, formatTime(now));
  if (isSame(budget.status, next)) return [];
  const message = `Failed to calculate the number of expected pods: ${why}`;
  return [
    writing(budget, next),
    telling(budget, 'Warning', 'CalculateExpectedPodCountFailed', message),
  ];
}

function unmanaged(budget: PodDisruptionBudget): Action {
  const selector = JSON.stringify(budget.spec?.selector);
  const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  return telling(budget, 'Warning', 'UnmanagedPods', message);
}

interface LetGo {
  /** Names and times, as the status has them; without those whose deletion can be seen. */
  readonly disrupted: Record<string, string>;
  readonly news: Action[];
  readonly again: number | undefined;
}

function letGoOf(budget: PodDisruptionBudget, selected: readonly Pod[], now: number): LetGo {
  const { disruptedPods = {} } = budget.status ?? {};
  const disrupted: Record<string, string> = {};
  const news: Action[] = [];
  let again: number | undefined;
  for (const pod of selected) {
    const { name } = pod.metadata;
    const at = Object.hasOwn(disruptedPods, name) ? disruptedPods[name] : undefined;
    if (at === undefined || isTerminating(pod)) continue;
    const until = parseTime(at) + deletionTimeoutMs;
    if (until <= now) {
      const { metadata } = budget;
      const message = `Pod was expected by PDB ${metadata.namespace}/${metadata.name} to be deleted but it wasn't`;
      news.push(telling(pod, 'Warning', 'NotDeleted', message));
    } else {
      disrupted[name] = at;
      again = Math.min(again ?? until, until);
    }
  }
  return { disrupted, news, again };
}
