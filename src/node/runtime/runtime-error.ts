/**
 * Why a runtime said no. `Unavailable` is the runtime itself (not there, not ready): later is
 * worth a try, and no pod is to blame.
 */
export type RuntimeErrorKind =
  | 'NotFound'
  | 'AlreadyExists'
  | 'DeadlineExceeded'
  | 'Unavailable'
  | 'InvalidArgument'
  | 'Failed';

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly kind: RuntimeErrorKind;

  constructor(kind: RuntimeErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

export function isRuntimeError(error: unknown, kind?: RuntimeErrorKind): error is RuntimeError {
  return error instanceof RuntimeError && (kind === undefined || error.kind === kind);
}
