/** What every kind has that makes pods from a template and finds them by a selector. */
import { type FieldError, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { matchesSelector } from '../../selector.ts';
import type { LabelSelector, PodSpec, PodTemplateSpec } from '../../types.ts';
import { checkNonNegative, type Errors } from '../common/checks.ts';
import { checkLabelSelector } from '../common/label-selectors.ts';
import { validatePodTemplate } from '../pod-spec/validate.ts';

export interface PodMaker {
  readonly replicas?: number | undefined;
  readonly minReadySeconds?: number | undefined;
  readonly selector?: LabelSelector | undefined;
  readonly template?: PodTemplateSpec | undefined;
}

export function validatePodMaker(spec: PodMaker): FieldError[] {
  const errors: Errors = [];
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  const { selector } = spec;
  const before = errors.length;
  if (!selector) errors.push(required('spec.selector'));
  checkLabelSelector(errors, 'spec.selector', selector);
  if (selector && isEmptySelector(selector)) {
    // Of a ReplicaSet too: Kubernetes says it of both.
    errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'));
  }
  const isSound = errors.length === before;
  if (isSound && selector && spec.template) checkMatch(errors, selector, spec.template);
  errors.push(...validatePodTemplate(spec.template, 'spec.template'));
  if (spec.template?.spec) checkTemplatePolicy(errors, spec.template.spec);
  return errors;
}

export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length;
}

/** Else the owner would not find its own pods, and make new ones forever. */
function checkMatch(errors: Errors, selector: LabelSelector, template: PodTemplateSpec): void {
  const labels = template.metadata?.labels ?? {};
  if (matchesSelector(selector, labels)) return;
  const detail = '`selector` does not match template `labels`';
  errors.push(invalid('spec.template.metadata.labels', labels, detail));
}

function checkTemplatePolicy(errors: Errors, spec: PodSpec): void {
  const path = 'spec.template.spec';
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy ?? '', ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(`${path}.activeDeadlineSeconds`, detail));
  }
}
