import { type FieldError, forbidden, invalid, required } from '../../field-error.ts';
import { labelErrors } from '../../metadata.ts';
import { isQualifiedName, isValidLabelValue } from '../../names.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../types.ts';
import { checkFormat, type Errors } from './checks.ts';

export function checkLabels(
  errors: Errors,
  path: string,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  errors.push(...labelErrors(path, labels));
}

export function checkLabelSelector(
  errors: Errors,
  path: string,
  selector: LabelSelector | undefined,
): void {
  if (!selector) return;
  checkLabels(errors, `${path}.matchLabels`, selector.matchLabels);
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    checkRequirement(errors, `${path}.matchExpressions[${index}]`, requirement);
  }
}

function checkRequirement(
  errors: Errors,
  path: string,
  { key, operator, values = [] }: LabelSelectorRequirement,
): void {
  errors.push(...errorsOfOperator(path, operator, values));
  checkFormat(errors, `${path}.key`, key, isQualifiedName(key ?? ''));
  for (const [index, value] of values.entries()) {
    checkFormat(errors, `${path}.values[${index}]`, value, isValidLabelValue(value));
  }
}

/** The rules that label and node selectors share. */
export function errorsOfOperator(
  path: string,
  operator: string | undefined,
  values: readonly string[],
): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return [];
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    return [required(`${path}.values`, detail)];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return [];
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [forbidden(`${path}.values`, detail)];
  }
  return [invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')];
}
