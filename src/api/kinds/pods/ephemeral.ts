/**
 * `pods/ephemeralcontainers`: containers for looking into a pod that runs. They are only ever added.
 * Source: KEP-277; pkg/apis/core/validation, ValidatePodEphemeralContainersUpdate.
 */
import { type FieldError, forbidden } from '../../field-error.ts';
import type { Pod } from '../../types.ts';
import { type Errors, sameValue } from '../common/checks.ts';
import { changedPaths } from '../common/differences.ts';
import { mirrorAnnotation } from '../pod-spec/annotations.ts';

const path = 'spec.ephemeralContainers';

export function validateEphemeralContainers(next: Pod, previous: Pod): FieldError[] {
  if (previous.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [forbidden('', 'static pods do not support ephemeral containers')];
  }
  const errors: Errors = [];
  const given = new Map((next.spec?.ephemeralContainers ?? []).map((one) => [one.name, one]));
  for (const before of previous.spec?.ephemeralContainers ?? []) {
    const { name = '' } = before;
    const after = given.get(before.name);
    const which = `existing ephemeral containers ${JSON.stringify(name)}`;
    if (!after) {
      errors.push(forbidden(path, `${which} may not be removed\n`));
    } else if (!sameValue(after, before)) {
      const differences = changedPaths(before, after, name).join('\n');
      errors.push(forbidden(path, `${which} may not be changed\n${differences}`));
    }
  }
  return errors;
}
