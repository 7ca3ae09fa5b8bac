import { parseSchedule } from '../cron/schedule.ts';
import { wallClockOf } from '../cron/wall-clock.ts';
import { type FieldError, invalid, notSupported, required } from '../field-error.ts';
import type { Column, Kind } from '../kind.ts';
import { formatLabelSelector } from '../selector.ts';
import type { CronJob, CronJobSpec, JobSpec } from '../types.ts';
import { checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn, orNone, sinceTime } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultFailurePolicy } from './jobs/defaults.ts';
import { validateJobSpec } from './jobs/validate.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { podSpecWarnings } from './pod-spec/warnings.ts';
import { imagesOf, namesOf } from './workloads/columns.ts';

const policies = ['Allow', 'Forbid', 'Replace'];
/** The time of its run is added to the name of each Job, which is no longer than a label. */
const nameLengthMax = 52;

export const cronJobs: Kind<CronJob> = {
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  resource: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'CronJob',
  subresources: [statusSubresource],
  hasStatus: true,
  defaults({ spec }) {
    if (!spec) return;
    spec.concurrencyPolicy ||= 'Allow';
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    // The rest of the Job's defaults come when a Job is made of it.
    const job = spec.jobTemplate?.spec;
    if (job?.template) defaultPodTemplate(job.template);
    defaultFailurePolicy(job?.podFailurePolicy);
  },
  prepareForCreate(cronJob) {
    cronJob.metadata.generation = 1;
    cronJob.status = {};
  },
  validate: (cronJob) => validate(cronJob.spec ?? {}),
  validateCreate({ metadata }) {
    const { name = '' } = metadata;
    if (name.length <= nameLengthMax) return [];
    return [invalid('metadata.name', name, `must be no more than ${nameLengthMax} characters`)];
  },
  warnings: ({ spec }) => {
    const template = spec?.jobTemplate?.spec?.template;
    if (!template?.spec) return [];
    const path = 'spec.jobTemplate.spec.template.spec';
    return podSpecWarnings(template.spec, path, template.metadata?.annotations);
  },
  columns: [
    nameColumn,
    {
      name: 'Schedule',
      type: 'string',
      description: 'When it runs, in cron format.',
      cell: ({ spec }) => spec?.schedule ?? '',
    },
    {
      name: 'Timezone',
      type: 'string',
      description: 'Time zone of the schedule; without one, that of the control plane.',
      cell: ({ spec }) => spec?.timeZone ?? '<none>',
    },
    {
      name: 'Suspend',
      type: 'boolean',
      description: 'Whether runs that come are left out.',
      cell: ({ spec }) =>
        spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
    },
    {
      name: 'Active',
      type: 'integer',
      description: 'Jobs that are running.',
      cell: ({ status }) => status?.active?.length ?? 0,
    },
    {
      name: 'Last Schedule',
      type: 'string',
      description: 'Time since a Job was last due.',
      cell: ({ status }, now) =>
        status?.lastScheduleTime === undefined ? '<none>' : sinceTime(status.lastScheduleTime, now),
    },
    ageColumn,
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      description: 'Names of the containers in the template.',
      cell: ({ spec }) => namesOf(spec?.jobTemplate?.spec?.template),
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      description: 'Images of the containers in the template.',
      cell: ({ spec }) => imagesOf(spec?.jobTemplate?.spec?.template),
    },
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      description: 'Labels of the pods that belong to it.',
      cell: ({ spec }) => orNone(formatLabelSelector(spec?.jobTemplate?.spec?.selector)),
    },
  ] satisfies readonly Column<CronJob>[],
};

function validate(spec: Partial<CronJobSpec>): FieldError[] {
  const errors: Errors = [];
  checkSchedule(errors, spec.schedule);
  checkNonNegative(errors, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  checkTimeZone(errors, spec.timeZone);
  const policy = spec.concurrencyPolicy;
  if (!policy) errors.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(policy)) {
    errors.push(notSupported('spec.concurrencyPolicy', policy, policies));
  }
  const job: Partial<JobSpec> = spec.jobTemplate?.spec ?? {};
  const path = 'spec.jobTemplate.spec';
  errors.push(...validateJobSpec(job, path));
  if (job.selector) {
    errors.push(invalid(`${path}.selector`, job.selector, '`selector` will be auto-generated'));
  }
  if (job.manualSelector) {
    errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  }
  checkNonNegative(errors, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  checkNonNegative(errors, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
  return errors;
}

function checkSchedule(errors: Errors, schedule: string | undefined): void {
  const path = 'spec.schedule';
  if (!schedule) {
    errors.push(required(path));
    return;
  }
  const parsed = parseSchedule(schedule);
  if (typeof parsed === 'string') errors.push(invalid(path, schedule, parsed));
  if (schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid(path, schedule, detail));
  }
}

function checkTimeZone(errors: Errors, timeZone: string | undefined): void {
  const path = 'spec.timeZone';
  if (timeZone === undefined) return;
  if (timeZone === '') {
    errors.push(invalid(path, timeZone, 'timeZone must be nil or non-empty string'));
  } else if (timeZone.toLowerCase() === 'local') {
    const detail =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(path, timeZone, detail));
  } else if (wallClockOf(timeZone) === undefined) {
    errors.push(invalid(path, timeZone, `unknown time zone ${timeZone}`));
  }
}
