/** metav1.Condition, as the kinds use it that came late enough (apimachinery ValidateConditions). */
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import { isQualifiedName } from '../../names.ts';
import type { Condition } from '../../types.ts';
import { checkFormat, type Errors } from './checks.ts';

const statuses = ['False', 'True', 'Unknown'];
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonLengthMax = 1024;
const messageLengthMax = 32 * 1024;

export function checkConditions(
  errors: Errors,
  path: string,
  conditions: readonly Condition[],
): void {
  const seen = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const at = `${path}[${index}]`;
    const { type } = condition;
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type ?? ''));
    seen.add(type);
    checkCondition(errors, at, condition);
  }
}

function checkCondition(errors: Errors, path: string, condition: Condition): void {
  const { type = '', status = '', observedGeneration = 0, reason = '', message = '' } = condition;
  checkFormat(errors, `${path}.type`, type, isQualifiedName(type));
  if (!statuses.includes(status)) errors.push(notSupported(`${path}.status`, status, statuses));
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, detail));
  }
  if (condition.lastTransitionTime === undefined) {
    errors.push(required(`${path}.lastTransitionTime`, 'must be set'));
  }
  if (reason === '') errors.push(required(`${path}.reason`, 'must be set'));
  else if (!new RegExp(`^${reasonPattern}$`).test(reason)) {
    const detail = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${reasonPattern}')`;
    errors.push(invalid(`${path}.reason`, reason, detail));
  }
  for (const [field, text, max] of [
    ['reason', reason, reasonLengthMax],
    ['message', message, messageLengthMax],
  ] as const) {
    if (text.length <= max) continue;
    const sentence = `Too long: may not be more than ${max} bytes`;
    errors.push({ type: 'FieldValueTooLong', field: `${path}.${field}`, message: sentence });
  }
}
