import { cronJobs, jobs } from '#api/kinds/index.ts';
import type { Job } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { controllerOf, ownerIndexes } from '../decide/owners.ts';
import { decideCronJob } from './decide/cron-job.ts';

/** Makes Jobs by the clock. */
export const cronJobController: LoopDefinition = {
  name: 'cronjob-controller',
  sources: [
    { kind: cronJobs },
    { kind: jobs, indexes: { controller: ownerIndexes.controller }, keysOf: wokenBy },
  ],
  decide: decideCronJob,
};

function wokenBy(job: Job): readonly string[] {
  const owner = controllerOf(job);
  return owner?.kind === 'CronJob' ? [`${job.metadata.namespace}/${owner.name}`] : [];
}
