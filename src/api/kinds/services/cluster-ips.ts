/** Addresses of a Service inside the cluster, and what may happen to them later. */
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import { parseIP } from '../../ip.ts';
import type { Service, ServiceSpec } from '../../types.ts';
import { checkIp, isDualStack } from '../common/addresses.ts';
import { checkOneOfIfSet, type Errors } from '../common/checks.ts';
import { isHeadless, needsHealthCheckPort, specOf } from './access.ts';

const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

export function checkClusterIps(errors: Errors, spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  const path = 'spec.clusterIPs';
  const ips = spec.clusterIPs ?? [];
  if (!spec.clusterIP) {
    if (ips.length > 0) {
      errors.push(invalid(path, ips, 'must be empty when `clusterIP` is not specified'));
    }
  } else if (ips.length === 0) errors.push(required(path));
  else if (ips[0] !== spec.clusterIP) {
    errors.push(invalid(path, ips, 'first value must match `clusterIP`'));
  }
  checkFamilies(errors, spec);
  if (ips[0] === 'None') {
    if (ips.length > 1) errors.push(invalid(path, ips, "'None' must be the first and only value"));
    return;
  }
  const isSound = ips.map((ip, index) => checkIp(errors, `${path}[${index}]`, ip)).every(Boolean);
  if (ips.length > 2) errors.push(invalid(path, ips, 'may only hold up to 2 values'));
  if (!isSound) return;
  if (ips.length > 1 && !isDualStack(ips.map((ip) => parseIP(ip)?.family))) {
    const detail = 'may specify no more than one IP for each IP family';
    errors.push(invalid(path, ips, detail));
  }
  checkFamilyOfEach(errors, ips, spec.ipFamilies ?? []);
}

function checkFamilies(errors: Errors, spec: ServiceSpec): void {
  const seen = new Set<string>();
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const path = `spec.ipFamilies[${index}]`;
    if (!families.includes(family)) errors.push(notSupported(path, family, families));
    if (seen.has(family)) errors.push(duplicate(path, family));
    seen.add(family);
  }
  checkOneOfIfSet(errors, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy, familyPolicies);
}

function checkFamilyOfEach(
  errors: Errors,
  ips: readonly string[],
  expected: readonly string[],
): void {
  for (const [index, ip] of ips.entries()) {
    const family = expected[index];
    if (family === undefined || `IPv${parseIP(ip)?.family}` === family) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalid(`spec.clusterIPs[${index}]`, ip, detail));
  }
}

export function validateServiceUpdate(next: Service, previous: Service): FieldError[] {
  const errors: Errors = [];
  const [spec, old] = [specOf(next), specOf(previous)];
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    const [isNow, was] = [isHeadless(spec), isHeadless(old)];
    if (!(isNow && was)) checkKept(errors, 'clusterIPs', 'primary clusterIP', spec, old);
    if (!isNow && !was) checkKept(errors, 'ipFamilies', 'primary ipFamily', spec, old);
  }
  if (old.type === 'LoadBalancer' && spec.type === 'LoadBalancer') {
    if ((old.loadBalancerClass ?? '') !== (spec.loadBalancerClass ?? '')) {
      const detail = 'may not change once set';
      errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, detail));
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec)) {
    if (old.healthCheckNodePort !== spec.healthCheckNodePort) {
      errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
    }
  }
  return errors;
}

/** The second of two may come and go; the first stays as it is. */
function checkKept(
  errors: Errors,
  field: 'clusterIPs' | 'ipFamilies',
  what: string,
  spec: ServiceSpec,
  old: ServiceSpec,
): void {
  const [now, before] = [spec[field] ?? [], old[field] ?? []];
  const path = `spec.${field}`;
  const changed = (index: number): void => {
    errors.push(invalid(`${path}[${index}]`, now, 'may not change once set'));
  };
  if (now.length === before.length) {
    for (const [index, value] of before.entries()) if (now[index] !== value) changed(index);
    return;
  }
  if (before.length > 0 && now.length > 0 && before[0] !== now[0]) changed(0);
  if (before.length < now.length) return;
  if (now.length === 0) errors.push(invalid(`${path}[0]`, now, `${what} can not be unset`));
  if (now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const released = what.replace('primary', 'secondary');
    const detail = `must be set to 'SingleStack' when releasing the ${released}`;
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, detail));
  }
}
