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

/** Who is let go is noted on the budget as it stands: by what it was before, nobody may go any more. */
export function wronglyLetGo(
  seen: Observations,
  { previous, current }: Written<PodDisruptionBudget>,
): Words {
  const known = previous?.status?.disruptedPods ?? {};
  const noted = current?.status?.disruptedPods ?? {};
  if (!current || Object.keys(noted).every((name) => name in known)) return undefined;
  const left = healthyOf(current, seen.cluster.ledger, (name) => !(name in noted));
  const lost = seen.losses.filter((loss) => isAbout(current, loss)).length;
  const wanted = wantedOf(current, sizeOf(current, seen));
  if (left + lost >= wanted) return undefined;
  const names = Object.keys(noted).join(', ');
  return `${names} may go: ${left} healthy pods are left, budget ${current.metadata.name} wants ${wanted}`;
}

/** By the most lenient of its bounds that an eviction under way may have been let through by. */
function leastWanted(budget: PodDisruptionBudget, seen: Observations): number {
  const size = sizeOf(budget, seen);
  const forms = seen.formsOf<PodDisruptionBudget>(budget.metadata.uid, evictionMs);
  return Math.min(...forms.map((form) => wantedOf(form, size)));
}

/** That it was not long ago, since its controller may know late; of an app in another's place it knows nothing. */
function sizeOf(budget: PodDisruptionBudget, seen: Observations): number {
  const app = appOf(budget, seen.cluster.ledger);
  if (!app || seen.isNew(app)) return 0;
  return Math.min(...seen.formsOf<Deployment>(app.metadata.uid).map(replicasOf));
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

function healthyOf(
  budget: PodDisruptionBudget,
  ledger: Ledger,
  counts: (name: string) => boolean = () => true,
): number {
  return ledger
    .list(pods)
    .filter((pod) => isHealthy(pod) && isAbout(budget, pod.metadata))
    .filter(({ metadata }) => counts(metadata.name)).length;
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
