/** What people do with Jobs and disruption budgets. */
import { deployments, jobs, podDisruptionBudgets } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { jobDraft } from './workload.ts';

const jobNames = ['sum', 'sort'];

async function createJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const name = jobNames[random.below(jobNames.length)] ?? '';
  const draft = jobDraft(name, random);
  const { completions, parallelism, completionMode } = draft.spec;
  cluster.trace.add(`create job ${name}: ${completions} by ${parallelism}, ${completionMode}`);
  await cluster.create(jobs as Kind, draft);
}

async function deleteJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const all = cluster.ledger.list(jobs).filter(({ metadata }) => !metadata.deletionTimestamp);
  const job = all[random.below(Math.max(1, all.length))];
  if (!job) return;
  const ways = ['Background', 'Foreground', 'Orphan'];
  const propagationPolicy = ways[random.below(ways.length)] ?? '';
  cluster.trace.add(`delete job ${job.metadata.name} (${propagationPolicy})`);
  await cluster.delete(jobs as Kind, job, { propagationPolicy });
}

/** One for each app at most: a pod with two of them cannot be evicted at all. */
async function createBudget(cluster: SimulatedCluster, random: Random): Promise<void> {
  const apps = cluster.ledger
    .list(deployments)
    .filter(({ metadata }) => metadata.namespace === 'default');
  const app = apps[random.below(Math.max(1, apps.length))];
  if (!app) return;
  const { name } = app.metadata;
  const minAvailable = random.below(3);
  cluster.trace.add(`a budget for ${name}: at least ${minAvailable}`);
  await cluster.create(podDisruptionBudgets as Kind, {
    metadata: { name, namespace: 'default' },
    spec: { minAvailable, selector: { matchLabels: { app: name } } },
  });
}

export const batchActions: readonly Action[] = [
  { name: 'create a job', weight: 4, run: createJob },
  { name: 'delete a job', weight: 1, run: deleteJob },
  { name: 'create a budget', weight: 3, run: createBudget },
];
