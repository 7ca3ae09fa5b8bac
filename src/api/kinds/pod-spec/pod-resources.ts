/** Resources of a pod as a whole (KEP-2837): at least what its containers ask for together. */
import { forbidden, invalid, notSupported } from '../../field-error.ts';
import { compareQuantities } from '../../quantity.ts';
import type { PodSpec, Quantity } from '../../types.ts';
import type { Errors } from '../common/checks.ts';
import { ownValue } from '../common/records.ts';
import { containerRequests } from './requests.ts';
import { checkResourceQuantity } from './resources.ts';

const supported = ['cpu', 'hugepages-', 'memory'];

export function checkPodResources(errors: Errors, path: string, spec: PodSpec): void {
  if (!spec.resources) return;
  const { limits = {}, requests = {}, claims } = spec.resources;
  if (claims?.length) {
    const detail = 'claims cannot be set for Resources at pod-level';
    errors.push(forbidden(`${path}.claims`, detail));
  }
  checkList(errors, `${path}.limits`, limits);
  checkList(errors, `${path}.requests`, requests);
  for (const [name, quantity] of Object.entries(requests)) {
    const limit = ownValue(limits, name);
    if (limit === undefined || compareQuantities(quantity, limit) <= 0) continue;
    const detail = `must be less than or equal to ${name} limit of ${limit}`;
    errors.push(invalid(`${path}.requests`, quantity, detail));
  }
  for (const [name, needed] of Object.entries(containerRequests(spec))) {
    const given = ownValue(requests, name);
    if (given === undefined || compareQuantities(needed, given) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${needed}`;
    errors.push(invalid(`${path}.requests[${name}]`, given, detail));
  }
  checkContainerLimits(errors, path, spec, limits);
}

function checkList(errors: Errors, path: string, list: Record<string, Quantity>): void {
  for (const [name, quantity] of Object.entries(list)) {
    const at = `${path}[${name}]`;
    const isKnown = name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
    if (!isKnown) errors.push(notSupported(at, name, supported));
    checkResourceQuantity(errors, at, name, quantity);
  }
}

function checkContainerLimits(
  errors: Errors,
  path: string,
  spec: PodSpec,
  limits: Record<string, Quantity>,
): void {
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [name, quantity] of Object.entries(container.resources?.limits ?? {})) {
      const limit = ownValue(limits, name);
      if (limit === undefined || compareQuantities(quantity, limit) <= 0) continue;
      const at = `${path}.containers[${index}][${name}].limits`;
      const detail = `must be less than or equal to pod limits of ${limit}`;
      errors.push(invalid(at, quantity, detail));
    }
  }
}
