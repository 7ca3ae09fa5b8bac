import { isValidPortName } from '../../names.ts';
import type { IntOrString } from '../../types.ts';
import { checkFormat, checkRange, type Errors } from './checks.ts';

/** In the order in which Kubernetes lists them. */
export const protocols = ['SCTP', 'TCP', 'UDP'];

export function checkPortNumber(errors: Errors, path: string, port: number | undefined): void {
  checkRange(errors, path, port ?? 0, 1, 65535);
}

/** A number, or the name of a container's port. */
export function checkPortReference(
  errors: Errors,
  path: string,
  port: IntOrString | undefined,
): void {
  if (typeof port === 'string') checkFormat(errors, path, port, isValidPortName(port));
  else checkPortNumber(errors, path, port);
}
