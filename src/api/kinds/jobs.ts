import { jobConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Column, Kind } from '../kind.ts';
import { humanDuration } from '../duration.ts';
import { parseTime } from '../time.ts';
import type { Job } from '../types.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { isDNS1123Label } from '../names.ts';
import { defaultJob, generateSelector, isIndexed } from './jobs/defaults.ts';
import { validateJobStatus } from './jobs/status.ts';
import { validateJobUpdate } from './jobs/update.ts';
import { validateJob } from './jobs/validate.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { templateColumns } from './workloads/columns.ts';

export const jobs: Kind<Job> = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  resource: 'jobs',
  singular: 'job',
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Job',
  subresources: [statusSubresource],
  hasStatus: true,
  defaults: defaultJob,
  prepareForCreate(job) {
    generateSelector(job);
    job.metadata.generation = 1;
    job.status = {};
  },
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  validateSubresource: { status: validateJobStatus },
  warnings,
  orphansByDefault: true,
  fieldSelectors: {
    'status.successful': (job) => String(job.status?.succeeded ?? 0),
  },
  conditionCodes: jobConditionCodes,
  columns: [
    nameColumn,
    {
      name: 'Status',
      type: 'string',
      description: 'What has become of the job so far.',
      cell: statusOf,
    },
    {
      name: 'Completions',
      type: 'string',
      description: 'Pods that have succeeded, of all that must.',
      cell: completionsOf,
    },
    {
      name: 'Duration',
      type: 'string',
      description: 'Time from its start to its completion, or to now.',
      cell: durationOf,
    },
    ageColumn,
    ...templateColumns,
  ] satisfies readonly Column<Job>[],
};

/** In the order in which one outweighs the other. */
function statusOf({ metadata, status }: Job): string {
  const has = (wanted: string) =>
    status?.conditions?.some((each) => each.type === wanted && each.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  const { completions, parallelism = 0 } = spec ?? {};
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ status }: Job, now: number): string {
  const { startTime, completionTime } = status ?? {};
  if (startTime === undefined) return '';
  const end = completionTime === undefined ? now : parseTime(completionTime);
  return humanDuration(end - parseTime(startTime));
}

function warnings({ metadata, spec }: Job): string[] {
  const sentences = templateWarnings(spec?.template);
  const wrong = metadata.name ? isDNS1123Label(metadata.name) : [];
  if (wrong.length > 0) {
    sentences.push(
      `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(' ')}]`,
    );
  }
  const { completions = 0, parallelism = 0 } = spec ?? {};
  if (isIndexed(spec ?? {}) && completions > 100_000 && parallelism > 10_000) {
    sentences.push(
      'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail',
    );
  }
  return sentences;
}
