/**
 * Whether a Job makes sense.
 * Source: Kubernetes API reference, batch/v1 JobSpec; pkg/apis/batch/validation.
 */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../../names.ts';
import { matchesSelector } from '../../selector.ts';
import type { Job, JobSpec } from '../../types.ts';
import { checkFormat, checkNonNegative, type Errors } from '../common/checks.ts';
import { checkLabelSelector } from '../common/label-selectors.ts';
import { ownValue } from '../common/records.ts';
import { validatePodTemplate } from '../pod-spec/validate.ts';
import { completionModes, isIndexed, ownLabels } from './defaults.ts';
import { checkFailurePolicy } from './failure-policy.ts';
import { checkSuccessPolicy } from './success-policy.ts';

const parallelismMax = 100_000;
const failedIndexesMax = 100_000;
/** Above so many completions, limits per index need smaller bounds: the status must stay small. */
const manyCompletions = 100_000;
const parallelismOfManyMax = 10_000;
const failedIndexesOfManyMax = 10_000;
const managedByLengthMax = 63;

export function validateJob(job: Job): FieldError[] {
  const spec: Partial<JobSpec> = job.spec ?? {};
  const errors: Errors = [];
  checkGenerated(errors, job, spec);
  errors.push(...validateJobSpec(spec, 'spec'));
  checkSelector(errors, spec);
  const { completions } = spec;
  const name = job.metadata.name ?? '';
  if (!isIndexed(spec) || completions === undefined || completions <= 0 || name === '') {
    return errors;
  }
  // The index becomes the end of each pod's host name.
  const hostname = `${name}-${completions - 1}`;
  if (isDNS1123Label(hostname).length > 0) {
    const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
    errors.push(invalid('metadata.name', name, detail));
  }
  return errors;
}

/** A selector that the server made must still be the one that it made. */
function checkGenerated(errors: Errors, job: Job, spec: Partial<JobSpec>): void {
  if (spec.manualSelector || !spec.selector) return;
  const labels = ownLabels(job);
  const { metadata = {} } = spec.template ?? {};
  for (const [key, value] of Object.entries(labels)) {
    const found = ownValue(metadata.labels, key);
    const path = 'spec.template.metadata.labels';
    if (found === undefined) errors.push(required(`${path}[${key}]`, `must be '${value}'`));
    else if (found !== value) {
      errors.push(invalid(path, metadata.labels, `must be '${value}'`));
    }
  }
  if (isSoundSelector(spec) && !matchesSelector(spec.selector, labels)) {
    errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
}

function isSoundSelector({ selector }: Partial<JobSpec>): boolean {
  const errors: Errors = [];
  checkLabelSelector(errors, 'spec.selector', selector);
  return errors.length === 0;
}

function checkSelector(errors: Errors, spec: Partial<JobSpec>): void {
  const { selector } = spec;
  if (!selector) {
    errors.push(required('spec.selector'));
    return;
  }
  checkLabelSelector(errors, 'spec.selector', selector);
  const labels = spec.template?.metadata?.labels ?? {};
  if (!isSoundSelector(spec) || matchesSelector(selector, labels)) return;
  const detail = '`selector` does not match template `labels`';
  errors.push(invalid('spec.template.metadata.labels', labels, detail));
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Of a Job, or of a CronJob's template of one; all but the selector. */
export function validateJobSpec(spec: Partial<JobSpec>, path: string): FieldError[] {
  const errors: Errors = [];
  for (const field of counts) checkNonNegative(errors, `${path}.${field}`, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const detail = 'when maxFailedIndexes is specified';
    errors.push(required(`${path}.backoffLimitPerIndex`, detail));
  }
  checkManagedBy(errors, `${path}.managedBy`, spec.managedBy);
  checkMode(errors, path, spec);
  if (spec.podFailurePolicy) checkFailurePolicy(errors, `${path}.podFailurePolicy`, spec);
  if (spec.successPolicy) {
    const at = `${path}.successPolicy`;
    if (isIndexed(spec)) checkSuccessPolicy(errors, at, spec.successPolicy, spec.completions ?? 0);
    else errors.push(invalid(at, spec.successPolicy, 'requires indexed completion mode'));
  }
  checkReplacement(errors, `${path}.podReplacementPolicy`, spec);
  errors.push(...validatePodTemplate(spec.template, `${path}.template`));
  checkRestarts(errors, `${path}.template.spec.restartPolicy`, spec);
  return errors;
}

const pathPattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

function checkManagedBy(errors: Errors, path: string, managedBy: string | undefined): void {
  if (managedBy === undefined) return;
  const slash = managedBy.indexOf('/');
  const [host, rest] = [managedBy.slice(0, slash), managedBy.slice(slash + 1)];
  if (managedBy === '') errors.push(required(path));
  else if (slash <= 0 || rest === '') {
    const detail = 'must be a domain-prefixed path (such as "acme.io/foo")';
    errors.push(invalid(path, managedBy, detail));
  } else {
    checkFormat(errors, path, host, isDNS1123Subdomain(host));
    if (!new RegExp(`^${pathPattern}$`).test(rest)) {
      const detail = `Invalid path (regex used for validation is '${pathPattern}')`;
      errors.push(invalid(path, rest, detail));
    }
  }
  if (managedBy.length > managedByLengthMax) {
    const message = `Too long: may not be more than ${managedByLengthMax} bytes`;
    errors.push({ type: 'FieldValueTooLong', field: path, message });
  }
}

function checkMode(errors: Errors, path: string, spec: Partial<JobSpec>): void {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (completionMode !== undefined && !completionModes.includes(completionMode)) {
    errors.push(notSupported(`${path}.completionMode`, completionMode, completionModes));
  }
  if (completionMode === 'Indexed') checkIndexed(errors, path, spec);
  if (completionMode !== undefined && completionMode !== 'NonIndexed') return;
  for (const [field, value] of Object.entries({ backoffLimitPerIndex, maxFailedIndexes })) {
    if (value === undefined) continue;
    errors.push(invalid(`${path}.${field}`, value, 'requires indexed completion mode'));
  }
}

function checkIndexed(errors: Errors, path: string, spec: Partial<JobSpec>): void {
  const { completions, parallelism, maxFailedIndexes } = spec;
  if (completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  const atMost = (field: string, value: number | undefined, max: number, when = ''): void => {
    if (value === undefined || value <= max) return;
    errors.push(invalid(`${path}.${field}`, value, `must be less than or equal to ${max}${when}`));
  };
  atMost('parallelism', parallelism, parallelismMax, ' when completion mode is Indexed');
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions) {
    const detail = 'must be less than or equal to completions';
    errors.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, detail));
  }
  atMost('maxFailedIndexes', maxFailedIndexes, failedIndexesMax);
  if ((completions ?? 0) <= manyCompletions || spec.backoffLimitPerIndex === undefined) return;
  if (maxFailedIndexes === undefined) {
    const detail = `must be specified when completions is above ${manyCompletions}`;
    errors.push(required(`${path}.maxFailedIndexes`, detail));
  }
  const when = ` when completions are above ${manyCompletions} and used with backoff limit per index`;
  atMost('parallelism', parallelism, parallelismOfManyMax, when);
  atMost('maxFailedIndexes', maxFailedIndexes, failedIndexesOfManyMax, when);
}

function checkReplacement(errors: Errors, path: string, spec: Partial<JobSpec>): void {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec;
  // A pod on its way out has no exit code yet: a policy about failures must wait for it.
  const known = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (policy !== undefined && !known.includes(policy)) {
    errors.push(notSupported(path, policy, known));
  }
}

function checkRestarts(errors: Errors, path: string, spec: Partial<JobSpec>): void {
  const policy = spec.template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') {
    errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy && policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalid(path, policy, detail));
  }
}
