/** Requests and limits: known names, sound quantities, no request above its limit. */
import { duplicate, type FieldError, forbidden, invalid, required } from '../../field-error.ts';
import { isDNS1123Label, isQualifiedName } from '../../names.ts';
import { compareQuantities, parseQuantity } from '../../quantity.ts';
import type { Quantity, ResourceRequirements } from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';
import { ownValue } from '../common/records.ts';

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Resource names without a domain that mean something somewhere: in quotas, nodes or claims. */
const standardResources = new Set([
  ...containerResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

/** A node has a fixed number of these; promising more than there is cannot work. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Of a device or whatever else an administrator counts on nodes: `example.com/dongle`. */
export function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false;
  return isQualifiedName(`requests.${name}`).length === 0;
}

/** `claimNames`: names in the pod's spec.resourceClaims. */
export function checkContainerResources(
  errors: Errors,
  path: string,
  resources: ResourceRequirements | undefined,
  claimNames: ReadonlySet<string>,
): void {
  if (!resources) return;
  const { limits = {}, requests = {} } = resources;
  for (const [name, quantity] of Object.entries(limits)) {
    checkEntry(errors, `${path}.limits[${name}]`, name, quantity);
  }
  for (const [name, quantity] of Object.entries(requests)) {
    checkEntry(errors, `${path}.requests[${name}]`, name, quantity);
    checkAgainstLimit(errors, path, name, quantity, ownValue(limits, name));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  }
  checkClaims(errors, `${path}.claims`, resources.claims ?? [], claimNames);
}

/** What a runtime takes on top of a pod's containers: judged as their limits are. */
export function checkOverhead(
  errors: Errors,
  path: string,
  overhead: Readonly<Record<string, Quantity>> | undefined,
): void {
  checkContainerResources(errors, path, { limits: { ...overhead } }, new Set());
}

function checkEntry(errors: Errors, path: string, name: string, quantity: Quantity): void {
  errors.push(...errorsOfContainerResource(path, name));
  checkResourceQuantity(errors, path, name, quantity);
  if (isHugePages(name) && !isMultipleOfPage(name, quantity)) {
    const detail = `${quantity} is not positive integer multiple of ${name}`;
    errors.push(invalid(path, quantity, detail));
  }
}

/** A resource that a container may ask for. */
export function errorsOfContainerResource(path: string, name: string): FieldError[] {
  const malformed = isQualifiedName(name).map((message) => invalid(path, name, message));
  if (malformed.length > 0) return malformed;
  if (name.includes('/')) {
    if (isNative(name) || isExtended(name)) return [];
    return [invalid(path, name, "doesn't follow extended resource name standard")];
  }
  if (containerResources.has(name) || isHugePages(name)) return [];
  const found = [invalid(path, name, 'must be a standard resource for containers')];
  return [...errorsOfResourceName(path, name), ...found];
}

/** A resource of any sort: of a container, a node, a quota, a claim. */
export function errorsOfResourceName(path: string, name: string): FieldError[] {
  const malformed = isQualifiedName(name).map((message) => invalid(path, name, message));
  if (malformed.length > 0 || name.includes('/')) return malformed;
  if (standardResources.has(name) || isHugePages(name)) return [];
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** Also used for what a node has. Pods, ports and devices come in whole numbers. */
export function checkResourceQuantity(
  errors: Errors,
  path: string,
  name: string,
  quantity: Quantity,
): void {
  if (compareQuantities(quantity, '0') < 0) {
    errors.push(invalid(path, quantity, 'must be greater than or equal to 0'));
  }
  const isCounted = isExtended(name) || isHugePages(name) || name === 'pods';
  if (isCounted && !isWhole(quantity)) errors.push(invalid(path, quantity, 'must be an integer'));
}

function isWhole(quantity: Quantity): boolean {
  return !/^-?\d+[num]$/.test(quantity);
}

function isMultipleOfPage(name: string, quantity: Quantity): boolean {
  const page = parseQuantity(name.slice('hugepages-'.length));
  const size = parseQuantity(quantity);
  if (page === undefined || size === undefined || page <= 0n) return true;
  return size >= 0n && size % page === 0n;
}

function checkAgainstLimit(
  errors: Errors,
  path: string,
  name: string,
  quantity: Quantity,
  limit: Quantity | undefined,
): void {
  if (limit === undefined) {
    if (mayOvercommit(name)) return;
    const detail = 'Limit must be set for non overcommitable resources';
    return void errors.push(required(`${path}.limits`, detail));
  }
  const order = compareQuantities(quantity, limit);
  if (order !== 0 && !mayOvercommit(name)) {
    const detail = `must be equal to ${name} limit of ${limit}`;
    errors.push(invalid(`${path}.requests`, quantity, detail));
  } else if (order > 0) {
    const detail = `must be less than or equal to ${name} limit of ${limit}`;
    errors.push(invalid(`${path}.requests`, quantity, detail));
  }
}

function checkClaims(
  errors: Errors,
  path: string,
  claims: readonly { name: string; request?: string | undefined }[],
  claimNames: ReadonlySet<string>,
): void {
  const seen = new Set<string>();
  for (const [index, { name, request }] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (!name) {
      errors.push(required(at));
      continue;
    }
    const key = request ? `${name}/${request}` : name;
    if (request) checkFormat(errors, `${at}.request`, request, isDNS1123Label(request));
    const isTaken =
      seen.has(name) ||
      seen.has(key) ||
      (!request && [...seen].some((other) => other.startsWith(`${name}/`)));
    if (isTaken) errors.push(duplicate(at, key));
    seen.add(key);
    if (claimNames.has(name)) continue;
    const known = [...claimNames].sort().join(', ');
    const tail = known === '' ? ' which is empty' : `: ${known}`;
    errors.push({
      type: 'FieldValueNotFound',
      field: at,
      message: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${tail}`,
    });
  }
}
