/** The Jobs that a CronJob made. */
import { formatTime, parseTime } from '#api/time.ts';
import type { CronJob, Job } from '#api/types.ts';
import { controllerReference } from '../../decide/owners.ts';
import { cronJobs } from '#api/kinds/index.ts';

const scheduledAt = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** The time is in the name, so that one run is never begun twice. */
export function jobName(name: string, at: number): string {
  return `${name}-${Math.floor(at / 60_000)}`;
}

export function jobFor(cronJob: CronJob, at: number): Job {
  const { name, namespace } = cronJob.metadata;
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(name, at),
      namespace,
      labels: metadata?.labels,
      annotations: { ...metadata?.annotations, [scheduledAt]: formatTime(at) },
      ownerReferences: [controllerReference(cronJobs, cronJob)],
    },
    spec,
  };
}

/** For which time it was made; absent: by hand, or by somebody else. */
export function scheduledTime(cronJob: CronJob, { metadata }: Job): number | undefined {
  const at = parseTime(metadata.annotations?.[scheduledAt]);
  if (Number.isNaN(at) || metadata.name !== jobName(cronJob.metadata.name, at)) return undefined;
  return at;
}

export type End = 'Complete' | 'Failed';

export function endOf({ status }: Job): End | undefined {
  const has = (wanted: End) =>
    status?.conditions?.some((each) => each.type === wanted && each.status === 'True');
  if (has('Complete')) return 'Complete';
  return has('Failed') ? 'Failed' : undefined;
}
