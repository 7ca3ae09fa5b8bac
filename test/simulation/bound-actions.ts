/** What people do with bounds on what is there: disruption budgets, quotas and autoscalers. */
import {
  deployments,
  horizontalPodAutoscalers,
  podDisruptionBudgets,
  resourceQuotas,
  statefulSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type {
  Deployment,
  HorizontalPodAutoscaler,
  ResourceQuota,
  StatefulSet,
} from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { drain } from './node-actions.ts';
import { pick } from './pick.ts';
import { autoscalerBounds, autoscalerDraft, usualLoad } from './workload.ts';

function budgetBound(random: Random): object {
  const share = pick(random, ['50%', random.below(4), random.below(4)]);
  return random.fraction() < 0.6 ? { minAvailable: share } : { maxUnavailable: share };
}

/** One for each app at most: a pod with two of them cannot be evicted at all. */
async function createBudget(cluster: SimulatedCluster, random: Random): Promise<void> {
  const apps = cluster.ledger
    .list(deployments)
    .filter(({ metadata }) => metadata.namespace === 'default');
  const app = pick(random, apps);
  if (!app) return;
  const { name } = app.metadata;
  const bound = budgetBound(random);
  cluster.trace.add(`a budget for ${name}: ${JSON.stringify(bound)}`);
  await cluster.create(podDisruptionBudgets as Kind, {
    metadata: { name, namespace: 'default' },
    spec: { ...bound, selector: { matchLabels: { app: name } } },
  });
}

/** At times by somebody who wants to empty a node, and does so at once. */
async function changeBudget(cluster: SimulatedCluster, random: Random): Promise<void> {
  const budget = pick(random, cluster.ledger.list(podDisruptionBudgets));
  if (!budget) return;
  const isInHurry = random.fraction() < 0.4;
  const spec = { minAvailable: null, maxUnavailable: null, ...budgetBound(random) };
  cluster.trace.add(`the budget for ${budget.metadata.name}: ${JSON.stringify(spec)}`);
  await cluster.patch(podDisruptionBudgets as Kind, budget, { spec });
  if (isInHurry) await drain(cluster, random);
}

const hardOf = (random: Random) => ({
  pods: `${random.below(20)}`,
  'count/jobs.batch': `${random.below(6)}`,
});

async function createQuota(cluster: SimulatedCluster, random: Random): Promise<void> {
  const hard = hardOf(random);
  cluster.trace.add(`a quota: ${JSON.stringify(hard)}`);
  const metadata = { name: 'share', namespace: 'default' };
  await cluster.create(resourceQuotas as Kind, { metadata, spec: { hard } });
}

/** More than there can be. */
const roomy = { pods: '1000', 'count/jobs.batch': '1000' };

export const isNarrow = ({ spec }: ResourceQuota): boolean => spec?.hard?.['pods'] !== roomy.pods;

export const raiseQuota = (cluster: SimulatedCluster, quota: ResourceQuota): Promise<unknown> =>
  cluster.patch(resourceQuotas as Kind, quota, { spec: { hard: roomy } });

async function changeQuota(cluster: SimulatedCluster, random: Random): Promise<void> {
  const quota = pick(random, cluster.ledger.list(resourceQuotas));
  if (!quota) return;
  const hard = hardOf(random);
  cluster.trace.add(`the quota: ${JSON.stringify(hard)}`);
  await cluster.patch(resourceQuotas as Kind, quota, { spec: { hard } });
}

async function createAutoscaler(cluster: SimulatedCluster, random: Random): Promise<void> {
  const targets = [deployments as Kind, statefulSets as Kind]
    .flatMap((kind) => cluster.ledger.list<Deployment | StatefulSet>(kind as never))
    .filter(({ metadata }) => metadata.namespace === 'default');
  const target = pick(random, targets);
  if (!target) return;
  const draft = autoscalerDraft(target, random);
  const { minReplicas, maxReplicas } = draft.spec;
  cluster.trace.add(`autoscale ${target.metadata.name}: ${minReplicas} to ${maxReplicas}`);
  await cluster.create(horizontalPodAutoscalers as Kind, draft);
}

async function changeAutoscaler(cluster: SimulatedCluster, random: Random): Promise<void> {
  const autoscaler = pick(random, cluster.ledger.list(horizontalPodAutoscalers));
  if (autoscaler) await setAutoscalerBounds(cluster, autoscaler, autoscalerBounds(random));
}

export async function setAutoscalerBounds(
  cluster: SimulatedCluster,
  autoscaler: HorizontalPodAutoscaler,
  bounds: { readonly minReplicas: number; readonly maxReplicas: number },
): Promise<void> {
  const { minReplicas, maxReplicas } = bounds;
  cluster.trace.add(`autoscale ${autoscaler.metadata.name}: ${minReplicas} to ${maxReplicas}`);
  await cluster.patch(horizontalPodAutoscalers as Kind, autoscaler, { spec: bounds });
}

function changeLoad({ load, trace }: SimulatedCluster, random: Random): void {
  load.milliCpu = pick(random, [0, usualLoad / 2, usualLoad, 2 * usualLoad, 4 * usualLoad]);
  trace.add(`each pod uses ${load.milliCpu}m CPU`);
}

export const boundActions: readonly Action[] = [
  { name: 'create a budget', weight: 3, run: createBudget },
  { name: 'change a budget', weight: 4, run: changeBudget },
  { name: 'create a quota', weight: 2, run: createQuota },
  { name: 'change a quota', weight: 3, run: changeQuota },
  { name: 'create an autoscaler', weight: 3, run: createAutoscaler },
  { name: 'change an autoscaler', weight: 3, run: changeAutoscaler },
  { name: 'change the load', weight: 2, run: changeLoad },
];
