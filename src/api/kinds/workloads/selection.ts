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
  if (!spec.selector) errors.push(required('spec.selector'));
  // Kubernetes uses the first word for a ReplicaSet, and the second for a Deployment, too.
  const isSound = checkSelector(errors, spec.selector, 'deployment');
  if (isSound && spec.template) checkMatch(errors, spec.selector, spec.template);
  errors.push(...validatePodTemplate(spec.template, 'spec.template'));
  if (spec.template?.spec) checkTemplatePolicy(errors, spec.template.spec, 'ReplicaSet');
  return errors;
}

/** Whether there is a selector that can be asked. */
export function checkSelector(
  errors: Errors,
  selector: LabelSelector | undefined,
  word: string,
): selector is LabelSelector {
  if (!selector) return false;
  const before = errors.length;
  checkLabelSelector(errors, 'spec.selector', selector);
  if (isEmptySelector(selector)) {
    errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${word}`));
  }
  return errors.length === before;
}

export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length;
}

/** Else the owner would not find its own pods, and make new ones forever. */
export function checkMatch(
  errors: Errors,
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
): void {
  const labels = template.metadata?.labels ?? {};
  if (matchesSelector(selector, labels)) return;
  const detail = '`selector` does not match template `labels`';
  errors.push(invalid('spec.template.metadata.labels', labels, detail));
}

/** Pods that are replaced when they end have no end of their own. */
export function checkTemplatePolicy(errors: Errors, spec: PodSpec, owner: string): void {
  const path = 'spec.template.spec';
  if (spec.restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy ?? '', ['Always']));
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`;
    errors.push(forbidden(`${path}.activeDeadlineSeconds`, detail));
  }
}
