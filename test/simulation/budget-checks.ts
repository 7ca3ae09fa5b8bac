/** Whether evictions keep to disruption budgets, and whether budgets tell how they stand. */
import { deployments, podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import { matchesSelector } from '#api/selector.ts';
import type { Deployment, Pod, PodDisruptionBudget } from '#api/types.ts';
import type { Words, Written } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import type { Loss, Observations } from './observations.ts';
import { isEvicted, isHealthy, partOf, replicasOf } from './reading.ts';

/** An eviction that was let through reaches the pod so soon. */
const evictionMs = 1_000;

/**
 * What the budget wants is there without the evicted pod, beside what others took away so lately that
 * nobody could know of it.
 */
export function brokenBudget(seen: Observations, { previous, current }: Written<Pod>): Words {
  if (!previous || !isHealthy(previous) || !current || !isEvicted(current)) return undefined;
  const { name } = current.metadata;
  const { ledger } = seen.cluster;
  for (const budget of ledger.list(podDisruptionBudgets)) {
    const isMeant = (of: Loss | Pod['metadata']): boolean => isAbout(budget, of);
    if (seen.isNew(budget, evictionMs) || !isMeant(current.metadata)) continue;
    const wanted = leastWanted(budget, seen);
    const left = healthyOf(budget, ledger);
    if (left + seen.losses.filter(isMeant).length >= wanted) continue;
    return `${name} was evicted: ${left} healthy pods are left, budget ${budget.metadata.name} wants ${wanted}`;
  }
  return undefined;
}

/**
 * By the most lenient of its bounds that an eviction under way may have been let through by. How many
 * pods there should be its controller may know late; of an app that was put in another's place, nothing.
 */
function leastWanted(budget: PodDisruptionBudget, seen: Observations): number {
  const app = appOf(budget, seen.cluster.ledger);
  const sizes = seen.formsOf<Deployment>(app?.metadata.uid).map(replicasOf);
  const size = app && !seen.isNew(app) ? Math.min(...sizes) : 0;
  const forms = seen.formsOf<PodDisruptionBudget>(budget.metadata.uid, evictionMs);
  return Math.min(...forms.map((form) => wantedOf(form, size)));
}

/** Of an app of this size; parts of a pod count as a whole one, whoever they are in favour of. */
function wantedOf({ spec }: PodDisruptionBudget, size: number): number {
  const { minAvailable = 0, maxUnavailable } = spec ?? {};
  if (maxUnavailable === undefined) return partOf(minAvailable, size, Math.ceil);
  return Math.max(0, size - partOf(maxUnavailable, size, Math.ceil));
}

/** People name a budget as its app. */
function appOf({ metadata }: PodDisruptionBudget, ledger: Ledger): Deployment | undefined {
  return ledger.list(deployments).find(({ metadata: { namespace, name } }) => {
    return namespace === metadata.namespace && name === metadata.name;
  });
}

function isAbout(
  { metadata, spec }: PodDisruptionBudget,
  { namespace, labels }: Loss | Pod['metadata'],
): boolean {
  return namespace === metadata.namespace && matchesSelector(spec?.selector, labels);
}

function healthyOf(budget: PodDisruptionBudget, ledger: Ledger): number {
  return ledger.list(pods).filter((pod) => isHealthy(pod) && isAbout(budget, pod.metadata)).length;
}

/** In the end. */
export function ofBudget(budget: PodDisruptionBudget, ledger: Ledger): string[] {
  const { metadata, status = {} } = budget;
  const app = appOf(budget, ledger);
  const healthy = healthyOf(budget, ledger);
  const wanted = app && wantedOf(budget, replicasOf(app));
  const truth: Record<string, number | undefined> = {
    observedGeneration: metadata.generation,
    currentHealthy: healthy,
    ...(wanted !== undefined && {
      desiredHealthy: wanted,
      disruptionsAllowed: Math.max(0, healthy - wanted),
    }),
  };
  const told: Readonly<Record<string, unknown>> = { ...status };
  return Object.entries(truth)
    .filter(([name, value]) => told[name] !== value)
    .map(([name, value]) => `budget ${metadata.name}: ${name} is ${told[name]}, not ${value}`);
}
