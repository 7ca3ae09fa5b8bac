/**
 * The checks that many fields share, in Kubernetes' words. Validators gather what is wrong in one
 * list that the caller owns; a path is the text that people see (`spec.containers[0].name`).
 */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import { ownValue } from './records.ts';

export type Errors = FieldError[];

/** `messages` as the name rules of `names.ts` return them: empty when the value is fine. */
export function checkFormat(
  errors: Errors,
  path: string,
  value: unknown,
  messages: readonly string[],
): void {
  for (const message of messages) errors.push(invalid(path, value, message));
}

/** One of a closed set; absence is an error of its own. */
export function checkOneOf(
  errors: Errors,
  path: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (!value) errors.push(required(path));
  else if (!allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

/** One of a closed set, or absent. */
export function checkOneOfIfSet(
  errors: Errors,
  path: string,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value !== undefined && !allowed.includes(value)) {
    errors.push(notSupported(path, value, allowed));
  }
}

export function checkNonNegative(errors: Errors, path: string, value: number | undefined): void {
  if (value !== undefined && value < 0) {
    errors.push(invalid(path, value, 'must be greater than or equal to 0'));
  }
}

export function checkRange(
  errors: Errors,
  path: string,
  value: number,
  low: number,
  high: number,
): void {
  if (value < low || value > high) {
    errors.push(invalid(path, value, `must be between ${low} and ${high}, inclusive`));
  }
}

export function checkRequired(errors: Errors, path: string, value: string | undefined): boolean {
  if (!value) errors.push(required(path));
  return Boolean(value);
}

export function checkImmutable(
  errors: Errors,
  path: string,
  next: unknown,
  previous: unknown,
): void {
  if (!sameValue(next, previous)) errors.push(invalid(path, next ?? null, 'field is immutable'));
}

/**
 * Kubernetes' semantic equality of two parsed values: an absent field, an empty list and an empty
 * map are the same, as Go leaves all of them out when it writes.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isBlank(a) || isBlank(b)) return isBlank(a) && isBlank(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((each, index) => sameValue(each, b[index]));
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameValue(ownValue(left, key), ownValue(right, key)));
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}
