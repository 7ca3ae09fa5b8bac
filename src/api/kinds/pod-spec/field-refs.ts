/** References of env variables and downward API files to fields of their own pod. */
import { invalid, notSupported, required } from '../../field-error.ts';
import { isQualifiedName } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';

/** In the order in which Kubernetes lists them. */
export const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export const fileFieldPaths = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** Every path that a field reference of a pod can have at all; which of them where is decided above. */
const knownFieldPaths = new Set([
  ...envFieldPaths,
  ...fileFieldPaths,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const resourcePaths = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei'.split(', ');

export function checkFieldRef(
  errors: Errors,
  path: string,
  ref: ObjectFieldSelector,
  allowed: readonly string[],
): void {
  if (!ref.apiVersion) return void errors.push(required(`${path}.apiVersion`));
  if (!ref.fieldPath) return void errors.push(required(`${path}.fieldPath`));
  const refuse = (why: string): void => {
    const detail = `error converting fieldPath: ${why}`;
    errors.push(invalid(`${path}.fieldPath`, ref.fieldPath, detail));
  };
  if (ref.apiVersion !== 'v1') return refuse(`unsupported pod version: ${ref.apiVersion}`);
  const [, map, key = ''] = /^(.+?)\['(.*)'\]$/s.exec(ref.fieldPath) ?? [];
  if (map === 'metadata.annotations') {
    checkFormat(errors, path, key.toLowerCase(), isQualifiedName(key.toLowerCase()));
  } else if (map === 'metadata.labels') {
    checkFormat(errors, path, key, isQualifiedName(key));
  } else if (map !== undefined) {
    refuse(`field label does not support subscript: ${ref.fieldPath}`);
  } else if (!knownFieldPaths.has(ref.fieldPath)) {
    refuse(`field label not supported: ${ref.fieldPath}`);
  } else if (!allowed.includes(ref.fieldPath)) {
    errors.push(notSupported(`${path}.fieldPath`, ref.fieldPath, allowed));
  }
}

export function checkResourceFieldRef(
  errors: Errors,
  path: string,
  ref: ResourceFieldSelector,
  isFile: boolean,
): void {
  const resource = ref.resource ?? '';
  const isHugePages = /^(requests|limits)\.hugepages-/.test(resource);
  if (isFile && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (resource === '') errors.push(required(`${path}.resource`));
  else if (!resourcePaths.includes(resource) && !isHugePages) {
    errors.push(notSupported(`${path}.resource`, resource, resourcePaths));
  }
  checkDivisor(errors, `${path}.divisor`, resource, ref.divisor);
}

function checkDivisor(
  errors: Errors,
  path: string,
  resource: string,
  divisor: string | undefined,
): void {
  if (!divisor || compareQuantities(divisor, '0') === 0) return;
  if (resource.endsWith('.cpu')) {
    if (divisor === '1m' || divisor === '1') return;
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource";
    return void errors.push(invalid(path, resource, detail));
  }
  const what = resource.endsWith('.memory')
    ? 'memory'
    : resource.endsWith('.ephemeral-storage')
      ? 'local ephemeral storage'
      : 'hugepages';
  if (resource === '' || byteDivisors.includes(divisor)) return;
  const detail = `only divisor's values ${byteDivisors.join(', ')} are supported with the ${what} resource`;
  errors.push(invalid(path, resource, detail));
}
