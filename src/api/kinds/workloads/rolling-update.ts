/** A number of pods, or a share of them. */
import { invalid } from '../../field-error.ts';
import { isValidPercent } from '../../names.ts';
import type { IntOrString, RollingUpdateDeployment } from '../../types.ts';
import { checkNonNegative, type Errors } from '../common/checks.ts';

export function checkIntOrPercent(errors: Errors, path: string, value: IntOrString): void {
  if (typeof value === 'number') checkNonNegative(errors, path, value);
  else if (isValidPercent(value).length > 0) {
    errors.push(invalid(path, value, "must be an integer or percentage (e.g '5%')"));
  }
}

export function isZero(value: IntOrString | undefined): boolean {
  return value === undefined || Number.parseInt(String(value), 10) === 0;
}

export function checkRollingUpdate(
  errors: Errors,
  path: string,
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDeployment,
): void {
  checkIntOrPercent(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${path}.maxSurge`, maxSurge);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    const detail = 'may not be 0 when `maxSurge` is 0';
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, detail));
  }
  checkShare(errors, `${path}.maxUnavailable`, maxUnavailable);
}

export function checkShare(errors: Errors, path: string, value: IntOrString): void {
  const share = typeof value === 'string' ? Number.parseInt(value, 10) : 0;
  if (share > 100) errors.push(invalid(path, value, 'must not be greater than 100%'));
}
