import { forbidden, notSupported, required } from '../../field-error.ts';
import type { Errors } from '../common/checks.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** In the order in which `kubectl` shows them. */
const shortNames: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

export function checkAccessModes(
  errors: Errors,
  path: string,
  modes: readonly string[] = [],
  whenNone = '',
): void {
  if (modes.length === 0) errors.push(required(path, whenNone));
  for (const mode of modes) {
    if (!accessModes.includes(mode)) errors.push(notSupported(path, mode, accessModes));
  }
  const known = modes.filter((mode) => accessModes.includes(mode));
  const isShared = known.some((mode) => mode !== 'ReadWriteOncePod');
  if (known.includes('ReadWriteOncePod') && isShared) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

/** `RWO,ROX` */
export function formatAccessModes(modes: readonly string[] = []): string {
  return shortNames
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

export const volumeModes = ['Block', 'Filesystem'];
