/**
 * Whether a quota counts what can be counted, in scopes that fit.
 * Source: Kubernetes API reference, core/v1 ResourceQuota; pkg/apis/core/validation.
 */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type {
  Quantity,
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../types.ts';
import type { Errors } from '../common/checks.ts';
import { checkResourceQuantity, errorsOfResourceName } from '../pod-spec/resources.ts';

/** Compute resources of pods; a quota counts requests by the plain name, too. */
const computeResources = [
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];

const countedKinds = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
];

const quotaResources = new Set([
  ...computeResources,
  ...countedKinds,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'requests.storage',
]);

const forClaims = ['persistentvolumeclaims', 'requests.storage'];
const forPods = ['pods', ...computeResources];

/** What each scope may be combined with. */
const scopes: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', forPods],
  ['NotTerminating', forPods],
  ['BestEffort', ['pods']],
  ['NotBestEffort', forPods],
  ['PriorityClass', forPods],
  ['CrossNamespacePodAffinity', forPods],
  ['VolumeAttributesClass', forClaims],
]);

/** Scopes about which one can only say that they apply. */
const withoutValues = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'CrossNamespacePodAffinity',
]);

const contradictions = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

function isStandard(name: string): boolean {
  return quotaResources.has(name) || isHugePages(name);
}

export function validateQuota({ spec = {} }: ResourceQuota): FieldError[] {
  const errors: Errors = [];
  checkHard(errors, 'spec.hard', spec.hard);
  checkScopes(errors, spec);
  checkScopeSelector(errors, spec);
  return errors;
}

export function checkHard(
  errors: Errors,
  path: string,
  hard: Readonly<Record<string, Quantity>> = {},
): void {
  for (const [name, quantity] of Object.entries(hard)) {
    const at = `${path}[${name}]`;
    errors.push(...errorsOfResourceName(at, name).filter(() => !isHugePages(name)));
    if (!name.includes('/') && !isStandard(name)) {
      errors.push(invalid(at, name, 'must be a standard resource for quota'));
    }
    checkResourceQuantity(errors, at, name, quantity);
  }
}

function doesFit(scope: string, { hard = {} }: ResourceQuotaSpec): boolean {
  const allowed = scopes.get(scope) ?? [];
  return Object.keys(hard).every((name) => !isStandard(name) || allowed.includes(name));
}

function checkScopes(errors: Errors, spec: ResourceQuotaSpec): void {
  const { scopes: given = [] } = spec;
  const path = 'spec.scopes';
  for (const scope of given) {
    if (!scopes.has(scope)) errors.push(invalid(path, given, 'unsupported scope'));
    if (!doesFit(scope, spec)) {
      errors.push(invalid(path, given, 'unsupported scope applied to resource'));
    }
  }
  checkContradictions(errors, path, given, given);
}

function checkContradictions(
  errors: Errors,
  path: string,
  given: readonly string[],
  shown: unknown,
): void {
  for (const pair of contradictions) {
    if (pair.every((scope) => given.includes(scope))) {
      errors.push(invalid(path, shown, 'conflicting scopes'));
    }
  }
}

function checkScopeSelector(errors: Errors, spec: ResourceQuotaSpec): void {
  if (!spec.scopeSelector) return;
  const path = 'spec.scopeSelector.matchExpressions';
  const { matchExpressions = [] } = spec.scopeSelector;
  for (const requirement of matchExpressions) {
    const { scopeName = '' } = requirement;
    if (!scopes.has(scopeName)) {
      errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    }
    if (!doesFit(scopeName, spec)) {
      const detail = 'unsupported scope applied to resource';
      errors.push(invalid(path, spec.scopeSelector, detail));
    }
    checkRequirement(errors, path, requirement);
  }
  const names = matchExpressions.map(({ scopeName }) => scopeName);
  checkContradictions(errors, path, names, spec.scopeSelector);
}

function checkRequirement(
  errors: Errors,
  path: string,
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
): void {
  if (withoutValues.has(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalid(`${path}.operator`, operator ?? '', detail));
  }
  const at = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    const detail =
      "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(at, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail =
      "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalid(at, values, detail));
  } else {
    errors.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
}
