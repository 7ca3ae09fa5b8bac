/** Rules for file paths inside a pod spec, on the text alone: what lies there is the node's business. */
import { invalid } from '../../field-error.ts';
import type { Errors } from '../common/checks.ts';

export function checkNoBacksteps(errors: Errors, path: string, value: string): void {
  if (value.split('/').includes('..')) errors.push(invalid(path, value, "must not contain '..'"));
}

/** Stays below where it starts: relative, and never up. */
export function checkDescendingPath(errors: Errors, path: string, value: string): void {
  if (value.startsWith('/')) errors.push(invalid(path, value, 'must be a relative path'));
  checkNoBacksteps(errors, path, value);
}

/** Names that start with `..` belong to the node agent, which swaps whole directories by them. */
export function checkUnreservedPath(errors: Errors, path: string, value: string): void {
  checkDescendingPath(errors, path, value);
  if (value.startsWith('..') && value !== '..' && !value.startsWith('../')) {
    errors.push(invalid(path, value, "must not start with '..'"));
  }
}

export function checkFileMode(errors: Errors, path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    errors.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  }
}
