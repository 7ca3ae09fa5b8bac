/** What people do with Jobs and CronJobs. */
import { cronJobs, jobs } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { CronJob } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { pick } from './pick.ts';
import { concurrencyPolicies, cronJobDraft, jobDraft, schedules } from './workload.ts';

const jobNames = ['sum', 'sort'] as const;
const cronJobNames = ['tick', 'tock'] as const;

async function createJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const name = pick(random, jobNames);
  const draft = jobDraft(name, random);
  const { completions, parallelism, completionMode } = draft.spec;
  cluster.trace.add(`create job ${name}: ${completions} by ${parallelism}, ${completionMode}`);
  await cluster.create(jobs as Kind, draft);
}

async function deleteJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const all = cluster.ledger.list(jobs).filter(({ metadata }) => !metadata.deletionTimestamp);
  const job = pick(random, all);
  if (!job) return;
  const propagationPolicy = pick(random, ['Background', 'Foreground', 'Orphan']);
  cluster.trace.add(`delete job ${job.metadata.name} (${propagationPolicy})`);
  await cluster.delete(jobs as Kind, job, { propagationPolicy });
}

async function createCronJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const name = pick(random, cronJobNames);
  const draft = cronJobDraft(name, random);
  const { schedule, concurrencyPolicy } = draft.spec;
  cluster.trace.add(`create cron job ${name}: ${schedule}, ${concurrencyPolicy}`);
  await cluster.create(cronJobs as Kind, draft);
}

async function changeCronJob(cluster: SimulatedCluster, random: Random): Promise<void> {
  const cronJob = pick(random, cluster.ledger.list(cronJobs));
  if (!cronJob) return;
  const spec = pick<object>(random, [
    { suspend: cronJob.spec.suspend !== true },
    { schedule: pick(random, schedules) },
    { concurrencyPolicy: pick(random, concurrencyPolicies) },
    { successfulJobsHistoryLimit: random.below(4), failedJobsHistoryLimit: random.below(2) },
  ]);
  cluster.trace.add(`cron job ${cronJob.metadata.name}: ${JSON.stringify(spec)}`);
  await cluster.patch(cronJobs as Kind, cronJob, { spec });
}

export const suspend = (cluster: SimulatedCluster, cronJob: CronJob): Promise<unknown> =>
  cluster.patch(cronJobs as Kind, cronJob, { spec: { suspend: true } });

export const batchActions: readonly Action[] = [
  { name: 'create a job', weight: 4, run: createJob },
  { name: 'delete a job', weight: 1, run: deleteJob },
  { name: 'create a cron job', weight: 4, run: createCronJob },
  { name: 'change a cron job', weight: 5, run: changeCronJob },
];
