/**
 * What a status of a Job may say, whoever writes it: with spec.managedBy that is somebody's own
 * controller (KEP-4368), and those who read it rely on these rules.
 */
import { duplicate, type FieldError, invalid, required, unsound } from '../../field-error.ts';
import { parseTime } from '../../time.ts';
import type { Job, JobStatus, UncountedTerminatedPods } from '../../types.ts';
import { checkNonNegative, type Errors } from '../common/checks.ts';
import { isIndexed } from './defaults.ts';
import { type Intervals, overlapOf, readIndexes } from './indexes.ts';

export function validateJobStatus(next: Job, previous: Job): FieldError[] {
  const errors: Errors = [];
  const status: JobStatus = next.status ?? {};
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    checkNonNegative(errors, `status.${field}`, status[field]);
  }
  checkUncounted(errors, status.uncountedTerminatedPods);
  checkConditions(errors, status);
  checkTimes(errors, status);
  checkEnd(errors, status);
  checkIndexes(errors, next, status);
  if (status.ready !== undefined && status.ready > (status.active ?? 0)) {
    errors.push(invalid('status.ready', status.ready, 'cannot set more ready pods than active'));
  }
  checkChange(errors, next, previous);
  return errors;
}

function holds({ conditions = [] }: JobStatus, wanted: string): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === 'True');
}

function isOver(status: JobStatus): boolean {
  return holds(status, 'Complete') || holds(status, 'Failed');
}

function checkUncounted(errors: Errors, uncounted: UncountedTerminatedPods | undefined): void {
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (uncounted?.[field] ?? []).entries()) {
      const path = `status.uncountedTerminatedPods.${field}[${index}]`;
      if (uid === '') errors.push(invalid(path, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(path, uid));
      seen.add(uid);
    }
  }
}

function checkConditions(errors: Errors, status: JobStatus): void {
  const path = 'status.conditions';
  const not = (detail: string): void => void errors.push(unsound(path, detail));
  const complete = holds(status, 'Complete');
  const failed = holds(status, 'Failed');
  if (complete && failed) not('cannot set Complete=True and Failed=true conditions');
  if (complete && holds(status, 'FailureTarget')) {
    not('cannot set Complete=True and FailureTarget=true conditions');
  }
  if (failed && !holds(status, 'FailureTarget')) {
    not('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (complete && !holds(status, 'SuccessCriteriaMet')) {
    not('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (failed && holds(status, 'SuccessCriteriaMet')) {
    not('cannot set Failed=True and SuccessCriteriaMet=true conditions');
  }
}

function checkTimes(errors: Errors, status: JobStatus): void {
  const { startTime, completionTime } = status;
  const path = 'status.completionTime';
  const complete = holds(status, 'Complete');
  if (completionTime !== undefined && !complete) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    errors.push(invalid(path, completionTime, detail));
  }
  if (completionTime === undefined && complete) {
    errors.push(required(path, 'completionTime is required for Complete jobs'));
  }
  if (parseTime(completionTime) < parseTime(startTime)) {
    errors.push(invalid(path, completionTime, 'completionTime cannot be set before startTime'));
  }
  if (startTime === undefined && isOver(status)) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
}

function checkEnd(errors: Errors, status: JobStatus): void {
  if (!isOver(status)) return;
  const { active = 0, terminating = 0, uncountedTerminatedPods: uncounted } = status;
  if (active > 0) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  if (terminating > 0) {
    const detail = 'terminating>0 is invalid for finished job';
    errors.push(invalid('status.terminating', terminating, detail));
  }
  if (uncounted?.failed?.length || uncounted?.succeeded?.length) {
    const detail = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalid('status.uncountedTerminatedPods', uncounted, detail));
  }
}

function checkIndexes(errors: Errors, { spec }: Job, status: JobStatus): void {
  const { completedIndexes = '', failedIndexes } = status;
  const completions = spec?.completions ?? 0;
  const read = (field: string, text: string): Intervals => {
    const intervals = readIndexes(text, completions);
    if (typeof intervals !== 'string') return intervals;
    errors.push(invalid(`status.${field}`, text, `error parsing ${field}: ${intervals}`));
    return [];
  };
  if (completedIndexes !== '' && !isIndexed(spec ?? {})) {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid('status.completedIndexes', completedIndexes, detail));
    return;
  }
  const completed = read('completedIndexes', completedIndexes);
  if (failedIndexes === undefined) return;
  if (spec?.backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid('status.failedIndexes', failedIndexes, detail));
    return;
  }
  const overlap = overlapOf(completed, read('failedIndexes', failedIndexes));
  if (overlap === undefined) return;
  const detail = `failedIndexes and completedIndexes overlap at index: ${overlap}`;
  errors.push(invalid('status.failedIndexes', failedIndexes, detail));
}

function checkChange(errors: Errors, next: Job, previous: Job): void {
  const status: JobStatus = next.status ?? {};
  const old: JobStatus = previous.status ?? {};
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (!holds(old, type) || holds(status, type)) continue;
    const detail = `cannot disable the terminal ${type}=True condition`;
    errors.push(unsound('status.conditions', detail));
  }
  for (const field of ['failed', 'succeeded'] as const) {
    // An elastic Job that shrinks forgets indexes.
    const isElastic = field === 'succeeded' && isIndexed(next.spec ?? {});
    if (isElastic || (status[field] ?? 0) >= (old[field] ?? 0)) continue;
    const detail = `cannot decrease the ${field} counter`;
    errors.push(invalid(`status.${field}`, status[field] ?? 0, detail));
  }
  const { startTime, completionTime } = status;
  if (old.completionTime !== undefined && completionTime !== undefined) {
    if (old.completionTime !== completionTime) {
      const detail = 'completionTime cannot be mutated';
      errors.push(invalid('status.completionTime', completionTime, detail));
    }
  }
  if (old.startTime === undefined || startTime === old.startTime || next.spec?.suspend) return;
  if (holds(old, 'Suspended')) return;
  const path = 'status.startTime';
  if (startTime === undefined) {
    errors.push(required(path, 'startTime cannot be removed for unsuspended job'));
  } else errors.push(invalid(path, startTime, 'startTime cannot be updated for unsuspended job'));
}
