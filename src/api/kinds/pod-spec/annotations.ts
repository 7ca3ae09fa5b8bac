/** The few annotations of pods that mean something to the API itself. */
import { invalid } from '../../field-error.ts';
import type { PodSpec } from '../../types.ts';
import type { Errors } from '../common/checks.ts';

/** On a pod that stands for one that a node runs from a file. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Which of several equal pods goes first when there are too many: the cheaper one. */
export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

export function checkPodAnnotations(
  errors: Errors,
  path: string,
  annotations: Readonly<Record<string, string>>,
  spec: PodSpec,
): void {
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    errors.push(invalid(`${path}[${mirrorAnnotation}]`, mirror, detail));
  }
  const cost = annotations[deletionCostAnnotation];
  if (cost !== undefined && !isInt32(cost)) {
    errors.push(invalid(`${path}[${deletionCostAnnotation}]`, cost, 'must be a 32bit integer'));
  }
}

function isInt32(text: string): boolean {
  return /^(0|-?[1-9]\d{0,9})$/.test(text) && (Number(text) | 0) === Number(text);
}
