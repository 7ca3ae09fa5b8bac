/** Affinity of pods to nodes and to other pods, and how pods spread over the cluster. */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import {
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLabelValue,
} from '../../names.ts';
import type {
  Affinity,
  LabelSelector,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
} from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';
import { checkLabelSelector, errorsOfOperator } from '../common/label-selectors.ts';

const requiredTerms = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredTerms = 'preferredDuringSchedulingIgnoredDuringExecution';

export function checkAffinity(errors: Errors, path: string, affinity: Affinity | undefined): void {
  if (affinity?.nodeAffinity) {
    checkNodeAffinity(errors, `${path}.nodeAffinity`, affinity.nodeAffinity);
  }
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity?.[field];
    if (terms) checkPodTerms(errors, `${path}.${field}`, terms);
  }
}

function checkNodeAffinity(errors: Errors, path: string, affinity: NodeAffinity): void {
  const needed = affinity[requiredTerms];
  if (needed) checkNodeSelector(errors, `${path}.${requiredTerms}`, needed);
  for (const [index, { weight, preference }] of (affinity[preferredTerms] ?? []).entries()) {
    const at = `${path}.${preferredTerms}[${index}]`;
    checkWeight(errors, at, weight);
    checkNodeTerm(errors, `${at}.preference`, preference ?? {}, false);
  }
}

/** Also of volumes: from which nodes they can be reached. */
export function checkNodeSelector(errors: Errors, path: string, selector: NodeSelector): void {
  const at = `${path}.nodeSelectorTerms`;
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    errors.push(required(at, 'must have at least one node selector term'));
  }
  for (const [index, term] of terms.entries()) {
    checkNodeTerm(errors, `${at}[${index}]`, term, true);
  }
}

function checkWeight(errors: Errors, path: string, weight: number | undefined): void {
  const value = weight ?? 0;
  if (value < 1 || value > 100) {
    errors.push(invalid(`${path}.weight`, value, 'must be in the range 1-100'));
  }
}

/** `strict`: values must be possible label values; a preference for others just never scores. */
function checkNodeTerm(
  errors: Errors,
  path: string,
  term: NodeSelectorTerm,
  strict: boolean,
): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    checkNodeRequirement(errors, `${path}.matchExpressions[${index}]`, requirement, strict);
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    checkNodeField(errors, `${path}.matchFields[${index}]`, requirement);
  }
}

function checkNodeRequirement(
  errors: Errors,
  path: string,
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
  strict: boolean,
): void {
  if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
      errors.push(required(`${path}.values`, detail));
    }
  } else errors.push(...errorsOfOperator(path, operator, values));
  checkFormat(errors, `${path}.key`, key, isQualifiedName(key));
  if (!strict) return;
  for (const [index, value] of values.entries()) {
    checkFormat(errors, `${path}.values[${index}]`, value, isValidLabelValue(value));
  }
}

function checkNodeField(
  errors: Errors,
  path: string,
  { key = '', operator = '', values = [] }: NodeSelectorRequirement,
): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const detail =
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(`${path}.values`, detail));
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(`${path}.key`, key, 'not a valid field selector key'));
    return;
  }
  for (const [index, value] of values.entries()) {
    checkFormat(errors, `${path}.values[${index}]`, value, isDNS1123Subdomain(value));
  }
}

function checkPodTerms(errors: Errors, path: string, affinity: PodAffinity): void {
  for (const [index, term] of (affinity[requiredTerms] ?? []).entries()) {
    checkPodTerm(errors, `${path}.${requiredTerms}[${index}]`, term);
  }
  for (const [index, weighted] of (affinity[preferredTerms] ?? []).entries()) {
    const at = `${path}.${preferredTerms}[${index}]`;
    checkWeight(errors, at, weighted.weight);
    if (weighted.podAffinityTerm) {
      checkPodTerm(errors, `${at}.podAffinityTerm`, weighted.podAffinityTerm);
    }
  }
}

function checkPodTerm(errors: Errors, path: string, term: PodAffinityTerm): void {
  checkLabelSelector(errors, `${path}.labelSelector`, term.labelSelector);
  checkLabelSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const namespace of term.namespaces ?? []) {
    checkFormat(errors, `${path}.namespace`, namespace, isDNS1123Label(namespace));
  }
  checkLabelKeys(errors, path, term);
  const key = term.topologyKey ?? '';
  if (key === '') errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkFormat(errors, `${path}.topologyKey`, key, isQualifiedName(key));
}

function checkLabelKeys(errors: Errors, path: string, term: PodAffinityTerm): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  checkKeyList(errors, `${path}.matchLabelKeys`, matchLabelKeys, labelSelector);
  checkKeyList(errors, `${path}.mismatchLabelKeys`, mismatchLabelKeys, labelSelector);
  checkKeysUnselected(errors, path, matchLabelKeys, labelSelector);
  for (const [index, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue;
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(`${path}.matchLabelKeys[${index}]`, key, detail));
  }
}

/**
 * A key whose one value must match leaves nothing to select by it. The pod's own requirement is in the
 * expressions already when a pod is judged (`../pods/label-keys.ts`): one more than that is too much.
 */
export function checkKeysUnselected(
  errors: Errors,
  path: string,
  matchLabelKeys: readonly string[],
  selector: LabelSelector | undefined,
): void {
  if (matchLabelKeys.length === 0 || !selector) return;
  const selected = new Set(Object.keys(selector.matchLabels ?? {}));
  for (const { key } of selector.matchExpressions ?? []) {
    if (selected.has(key) && matchLabelKeys.includes(key)) {
      const detail = 'exists in both matchLabelKeys and labelSelector';
      errors.push(invalid(`${path}[${matchLabelKeys.lastIndexOf(key)}]`, key, detail));
    }
    selected.add(key);
  }
}

/** Keys whose values the scheduler reads from the pod itself and adds to the selector. */
export function checkKeyList(
  errors: Errors,
  path: string,
  keys: readonly string[],
  selector: LabelSelector | undefined,
): void {
  if (keys.length === 0) return;
  if (!selector) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  for (const [index, key] of keys.entries()) {
    checkFormat(errors, `${path}[${index}]`, key, isQualifiedName(key));
  }
}

export function checkScheduleAction(
  errors: Errors,
  path: string,
  action: string | undefined,
): void {
  const supported = ['DoNotSchedule', 'ScheduleAnyway'];
  if (!action || !supported.includes(action)) {
    errors.push(notSupported(path, action ?? '', supported));
  }
}
