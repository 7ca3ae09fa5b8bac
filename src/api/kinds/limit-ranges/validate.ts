/**
 * Whether the numbers of a LimitRange can be kept together.
 * Source: Kubernetes API reference, core/v1 LimitRange; pkg/apis/core/validation.
 */
import { duplicate, type FieldError, forbidden, invalid, required } from '../../field-error.ts';
import { isQualifiedName } from '../../names.ts';
import { amountOf, compareQuantities } from '../../quantity.ts';
import type { LimitRange, LimitRangeItem, Quantity } from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';
import { ownValue } from '../common/records.ts';
import {
  errorsOfContainerResource,
  errorsOfResourceName,
  mayOvercommit,
} from '../pod-spec/resources.ts';

const types = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const errors: Errors = [];
  const seen = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const path = `spec.limits[${index}]`;
    const { type = '' } = item;
    checkFormat(errors, `${path}.type`, type, isQualifiedName(type));
    if (!type.includes('/') && !types.includes(type)) {
      const detail = 'must be a standard limit type or fully qualified';
      errors.push(invalid(`${path}.type`, type, detail));
    }
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
    checkItem(errors, path, item);
  }
  return errors;
}

function checkItem(errors: Errors, path: string, item: LimitRangeItem): void {
  const fields = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
  for (const field of fields) {
    const amounts = item[field] ?? {};
    const isDefault = field === 'default' || field === 'defaultRequest';
    if (item.type === 'Pod' && isDefault) {
      if (Object.keys(amounts).length === 0) continue;
      errors.push(forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const name of Object.keys(amounts)) {
      errors.push(...errorsOfName(`${path}.${field}[${name}]`, name, item.type));
    }
  }
  if (item.type === 'PersistentVolumeClaim') {
    if (!ownValue(item.min, 'storage') && !ownValue(item.max, 'storage')) {
      const detail =
        'either minimum or maximum storage value is required, but neither was provided';
      errors.push(required(`${path}.limits`, detail));
    }
  }
  const names = new Set(fields.flatMap((field) => Object.keys(item[field] ?? {})));
  for (const name of names) checkResource(errors, path, name, item);
}

function errorsOfName(path: string, name: string, type: string): FieldError[] {
  const isOfContainers = type === 'Pod' || type === 'Container';
  return isOfContainers ? errorsOfContainerResource(path, name) : errorsOfResourceName(path, name);
}

function checkResource(errors: Errors, path: string, name: string, item: LimitRangeItem): void {
  const min = ownValue(item.min, name);
  const max = ownValue(item.max, name);
  const limit = item.type === 'Pod' ? undefined : ownValue(item.default, name);
  const request = item.type === 'Pod' ? undefined : ownValue(item.defaultRequest, name);
  const at = (field: string) => `${path}.${field}[${name}]`;
  const refuse = (field: string, value: Quantity | undefined, detail: string): void =>
    void errors.push(invalid(at(field), value, detail));
  if (exceeds(min, max)) {
    refuse('min', min, `min value ${min} is greater than max value ${max}`);
  }
  if (exceeds(min, request)) {
    const detail = `min value ${min} is greater than default request value ${request}`;
    refuse('defaultRequest', request, detail);
  }
  if (exceeds(request, max)) {
    const detail = `default request value ${request} is greater than max value ${max}`;
    refuse('defaultRequest', request, detail);
  }
  if (exceeds(request, limit)) {
    const detail = `default request value ${request} is greater than default limit value ${limit}`;
    refuse('defaultRequest', request, detail);
  }
  if (exceeds(min, limit)) {
    refuse('default', min, `min value ${min} is greater than default value ${limit}`);
  }
  if (exceeds(limit, max)) {
    refuse('default', max, `default value ${limit} is greater than max value ${max}`);
  }
  checkRatio(errors, at('maxLimitRequestRatio'), ownValue(item.maxLimitRequestRatio, name), {
    min,
    max,
  });
  if (mayOvercommit(name) || limit === undefined || request === undefined) return;
  if (compareQuantities(limit, request) !== 0) {
    const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    refuse('defaultRequest', request, detail);
  }
}

function exceeds(one: Quantity | undefined, other: Quantity | undefined): boolean {
  return one !== undefined && other !== undefined && compareQuantities(one, other) > 0;
}

function checkRatio(
  errors: Errors,
  path: string,
  ratio: Quantity | undefined,
  { min, max }: { readonly min: Quantity | undefined; readonly max: Quantity | undefined },
): void {
  if (ratio === undefined) return;
  if (compareQuantities(ratio, '1') < 0) {
    errors.push(invalid(path, ratio, `ratio ${ratio} is less than 1`));
  }
  if (min === undefined || max === undefined) return;
  const least = Number(amountOf(min).nanos);
  const bound = Number(amountOf(max).nanos) / least;
  if (least === 0 || Number(amountOf(ratio).nanos) / 1e9 <= bound) return;
  const detail = `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`;
  errors.push(invalid(path, ratio, detail));
}
