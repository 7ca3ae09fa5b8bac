/** Files that a volume makes out of keys and fields. */
import { invalid, required } from '../../field-error.ts';
import type { DownwardAPIVolumeFile, KeyToPath } from '../../types.ts';
import { checkRequired, type Errors } from '../common/checks.ts';
import { checkFieldRef, checkResourceFieldRef, fileFieldPaths } from './field-refs.ts';
import { checkFileMode, checkUnreservedPath } from './paths.ts';

export function checkKeyToPath(errors: Errors, path: string, item: KeyToPath): void {
  checkRequired(errors, `${path}.key`, item.key);
  checkRequired(errors, `${path}.path`, item.path);
  checkUnreservedPath(errors, `${path}.path`, item.path ?? '');
  checkFileMode(errors, `${path}.mode`, item.mode);
}

export function checkDownwardFile(errors: Errors, path: string, file: DownwardAPIVolumeFile): void {
  checkRequired(errors, `${path}.path`, file.path);
  checkUnreservedPath(errors, `${path}.path`, file.path ?? '');
  if (file.fieldRef) {
    checkFieldRef(errors, `${path}.fieldRef`, file.fieldRef, fileFieldPaths);
    if (file.resourceFieldRef) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously';
      errors.push(invalid(path, 'resource', detail));
    }
  } else if (file.resourceFieldRef) {
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, file.resourceFieldRef, true);
  } else {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  }
  checkFileMode(errors, `${path}.mode`, file.mode);
}
