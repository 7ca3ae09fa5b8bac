/** A container's own restart policy (KEP-5307): an exception from the pod's. */
import { invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { Container, ContainerRestartRule } from '../../types.ts';
import { checkOneOfIfSet, type Errors } from '../common/checks.ts';

const rulesMax = 20;
const exitCodesMax = 255;

export function checkRestartRules(errors: Errors, path: string, container: Container): void {
  const { restartPolicy, restartPolicyRules = [] } = container;
  const policies = ['Always', 'Never', 'OnFailure'];
  checkOneOfIfSet(errors, `${path}.restartPolicy`, restartPolicy, policies);
  if (restartPolicyRules.length > 0 && restartPolicy === undefined) {
    const detail = 'must specify restartPolicy when restart rules are used';
    errors.push(required(`${path}.restartPolicy`, detail));
  }
  if (restartPolicyRules.length > rulesMax) {
    errors.push(tooMany(`${path}.restartPolicyRules`, restartPolicyRules.length, rulesMax));
  }
  for (const [index, rule] of restartPolicyRules.entries()) {
    checkRule(errors, `${path}.restartPolicyRules[${index}]`, rule);
  }
}

function checkRule(
  errors: Errors,
  path: string,
  { action, exitCodes }: ContainerRestartRule,
): void {
  if (!action) errors.push(required(`${path}.action`));
  else if (action !== 'Restart') errors.push(notSupported(`${path}.action`, action, ['Restart']));
  if (!exitCodes) {
    return void errors.push(required(`${path}.exitCodes`, 'must be specified'));
  }
  const { operator, values = [] } = exitCodes;
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(notSupported(`${path}.exitCodes.operator`, operator ?? '', ['In', 'NotIn']));
  }
  if (values.length === 0) {
    errors.push(invalid(`${path}.exitCodes.values`, values, 'at least one value is required'));
  }
  if (values.length > exitCodesMax) {
    errors.push(tooMany(`${path}.exitCodes.values`, values.length, exitCodesMax));
  }
}

/** Only init containers keep running beside the others; there `Always` makes a sidecar. */
export function isSidecar(container: Pick<Container, 'restartPolicy'>): boolean {
  return container.restartPolicy === 'Always';
}
