import { invalid, required } from '../../field-error.ts';
import { isConfigMapKey, isDNS1123Subdomain, isRelaxedEnvVarName } from '../../names.ts';
import type { EnvFromSource, EnvVar, EnvVarSource } from '../../types.ts';
import { checkFormat, checkRequired, type Errors } from '../common/checks.ts';
import { checkFieldRef, checkResourceFieldRef, envFieldPaths } from './field-refs.ts';

export function checkEnv(errors: Errors, path: string, env: readonly EnvVar[]): void {
  for (const [index, variable] of env.entries()) {
    const at = `${path}[${index}]`;
    if (checkRequired(errors, `${at}.name`, variable.name)) {
      checkFormat(errors, `${at}.name`, variable.name, isRelaxedEnvVarName(variable.name));
    }
    if (variable.valueFrom) checkValueFrom(errors, `${at}.valueFrom`, variable.valueFrom, variable);
  }
}

function checkValueFrom(
  errors: Errors,
  path: string,
  source: EnvVarSource,
  { value }: EnvVar,
): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) checkFieldRef(errors, `${path}.fieldRef`, fieldRef, envFieldPaths);
  if (resourceFieldRef) {
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, false);
  }
  if (configMapKeyRef) checkKeyRef(errors, `${path}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef) checkKeyRef(errors, `${path}.secretKeyRef`, secretKeyRef);
  if (fileKeyRef) {
    checkRequired(errors, `${path}.fileKeyRef.volumeName`, fileKeyRef.volumeName);
    checkRequired(errors, `${path}.fileKeyRef.path`, fileKeyRef.path);
    checkRequired(errors, `${path}.fileKeyRef.key`, fileKeyRef.key);
  }
  const count = Object.values(source).filter((each) => each !== undefined).length;
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', detail));
  } else if (value) {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
}

function checkKeyRef(
  errors: Errors,
  path: string,
  ref: { name?: string | undefined; key?: string },
): void {
  const name = ref.name ?? '';
  checkFormat(errors, `${path}.name`, name, isDNS1123Subdomain(name));
  if (ref.key) checkFormat(errors, `${path}.key`, ref.key, isConfigMapKey(ref.key));
  else errors.push(required(`${path}.key`));
}

export function checkEnvFrom(
  errors: Errors,
  path: string,
  sources: readonly EnvFromSource[],
): void {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix) checkFormat(errors, `${at}.prefix`, prefix, isRelaxedEnvVarName(prefix));
    for (const [field, ref] of Object.entries({ configMapRef, secretRef })) {
      if (!ref) continue;
      const { name } = ref;
      if (name) checkFormat(errors, `${at}.${field}.name`, name, isDNS1123Subdomain(name));
      else errors.push(required(`${at}.${field}.name`));
    }
    if (!configMapRef && !secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
  }
}
