/** Rules of spec.podFailurePolicy (KEP-3329). */
import { duplicate, invalid, notSupported, required, tooMany, unsound } from '../../field-error.ts';
import { isQualifiedName } from '../../names.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const statuses = ['False', 'True', 'Unknown'];
const operators = ['In', 'NotIn'];

const rulesMax = 20;
const exitCodesMax = 255;
const patternsMax = 20;

export function checkFailurePolicy(errors: Errors, path: string, spec: Partial<JobSpec>): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > rulesMax) errors.push(tooMany(`${path}.rules`, rules.length, rulesMax));
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  const isPerIndex = spec.backoffLimitPerIndex !== undefined;
  for (const [index, rule] of rules.entries()) {
    checkRule(errors, `${path}.rules[${index}]`, rule, names, isPerIndex);
  }
}

/** As Go prints a list of words. */
function listed(words: readonly string[]): string {
  return `valid values: [${words.map((word) => JSON.stringify(word)).join(' ')}]`;
}

function checkWord(
  errors: Errors,
  path: string,
  word: string | undefined,
  known: readonly string[],
): void {
  if (!word) errors.push(required(path, listed(known)));
  else if (!known.includes(word)) errors.push(notSupported(path, word, known));
}

function checkRule(
  errors: Errors,
  path: string,
  { action, onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  names: ReadonlySet<string>,
  isPerIndex: boolean,
): void {
  checkWord(errors, `${path}.action`, action, actions);
  if (action === 'FailIndex' && !isPerIndex) {
    const detail = 'requires the backoffLimitPerIndex to be set';
    errors.push(invalid(`${path}.action`, action, detail));
  }
  if (onExitCodes) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, names);
  if (onPodConditions.length > 0) {
    checkPatterns(errors, `${path}.onPodConditions`, onPodConditions);
  }
  const has = [onExitCodes !== undefined, onPodConditions.length > 0].filter(Boolean).length;
  if (has === 2) {
    const detail = 'specifying both OnExitCodes and OnPodConditions is not supported';
    errors.push(unsound(path, detail));
  } else if (has === 0) {
    const detail = 'specifying one of OnExitCodes and OnPodConditions is required';
    errors.push(unsound(path, detail));
  }
}

function checkPatterns(
  errors: Errors,
  path: string,
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
): void {
  if (patterns.length > patternsMax) errors.push(tooMany(path, patterns.length, patternsMax));
  for (const [index, { type = '', status }] of patterns.entries()) {
    const at = `${path}[${index}]`;
    checkFormat(errors, `${at}.type`, type, isQualifiedName(type));
    checkWord(errors, `${at}.status`, status, statuses);
  }
}

function checkExitCodes(
  errors: Errors,
  path: string,
  { containerName, operator, values = [] }: PodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
): void {
  checkWord(errors, `${path}.operator`, operator, operators);
  if (containerName !== undefined && !names.has(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(`${path}.containerName`, containerName, detail));
  }
  const at = `${path}.values`;
  if (values.length === 0) errors.push(invalid(at, values, 'at least one value is required'));
  if (values.length > exitCodesMax) errors.push(tooMany(at, values.length, exitCodesMax));
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(`${at}[${index}]`, value, 'must not be 0 for the In operator'));
    }
    if (seen.has(value)) errors.push(duplicate(`${at}[${index}]`, value));
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)) {
    errors.push(invalid(at, values, 'must be ordered'));
  }
}
