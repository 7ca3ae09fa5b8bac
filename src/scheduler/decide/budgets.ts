/** Which pods a PodDisruptionBudget would rather keep, as far as it has disruptions left to allow. */
import { type Labels, matchesSelector } from '#api/selector.ts';
import type { PodDisruptionBudget } from '#api/types.ts';
import type { PodNeeds } from './pod-needs.ts';

export interface Budget {
  readonly namespace: string;
  means(labels: Labels): boolean;
  /** status.disruptionsAllowed */
  readonly allowed: number;
  /** Pods whose disruption has been allowed and counted already. */
  readonly disrupted: ReadonlySet<string>;
}

export function budgetOf({ metadata, spec, status }: PodDisruptionBudget): Budget {
  return {
    namespace: metadata.namespace ?? '',
    means: (labels) => matchesSelector(spec?.selector, labels),
    allowed: status?.disruptionsAllowed ?? 0,
    disrupted: new Set(Object.keys(status?.disruptedPods ?? {})),
  };
}

/** In the order given; each pod that may go takes from the budgets that mean it. */
export function splitByBudget(
  pods: readonly PodNeeds[],
  budgets: readonly Budget[],
): { readonly violating: readonly PodNeeds[]; readonly others: readonly PodNeeds[] } {
  if (budgets.length === 0) return { violating: [], others: pods };
  const left = budgets.map(({ allowed }) => allowed);
  const violating: PodNeeds[] = [];
  const others: PodNeeds[] = [];
  for (const needs of pods) {
    let breaks = false;
    for (const [at, budget] of budgets.entries()) {
      const { shape, pod } = needs;
      if (budget.namespace !== shape.namespace) continue;
      if (budget.disrupted.has(pod.metadata.name) || !budget.means(shape.labels)) continue;
      left[at] = (left[at] ?? 0) - 1;
      if ((left[at] ?? 0) < 0) breaks = true;
    }
    (breaks ? violating : others).push(needs);
  }
  return { violating, others };
}
