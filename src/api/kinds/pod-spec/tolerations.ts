import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isQualifiedName, isValidLabelValue } from '../../names.ts';
import type { Toleration } from '../../types.ts';
import { checkFormat, type Errors, sameValue } from '../common/checks.ts';

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTaintEffect(errors: Errors, path: string, effect: string | undefined): void {
  if (!effect) errors.push(required(path));
  else if (!taintEffects.includes(effect)) errors.push(notSupported(path, effect, taintEffects));
}

export function checkTolerations(
  errors: Errors,
  path: string,
  tolerations: readonly Toleration[],
): void {
  for (const [index, toleration] of tolerations.entries()) {
    checkToleration(errors, `${path}[${index}]`, toleration);
  }
}

function checkToleration(errors: Errors, path: string, toleration: Toleration): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  if (key !== '') checkFormat(errors, `${path}.key`, key, isQualifiedName(key));
  else if (operator !== 'Exists') {
    const detail =
      'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(`${path}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(`${path}.effect`, effect, detail));
  }
  if (operator === '' || operator === 'Equal') {
    const messages = isValidLabelValue(value);
    if (messages.length > 0) {
      errors.push(invalid(`${path}.operator`, value, messages.join(';')));
    }
  } else if (operator !== 'Exists') {
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  } else if (value !== '') {
    const detail = "value must be empty when `operator` is 'Exists'";
    errors.push(invalid(`${path}.operator`, value, detail));
  }
  if (effect !== '') checkTaintEffect(errors, `${path}.effect`, effect);
}

/** A running pod may learn to tolerate more, and for how long; never less. */
export function checkOnlyAddedTolerations(
  errors: Errors,
  path: string,
  next: readonly Toleration[],
  previous: readonly Toleration[],
): void {
  const bare = ({ tolerationSeconds: _, ...rest }: Toleration): object => rest;
  for (const old of previous) {
    if (next.some((each) => sameValue(bare(each), bare(old)))) continue;
    const detail = 'existing toleration can not be modified except its tolerationSeconds';
    return void errors.push(forbidden(path, detail));
  }
}
