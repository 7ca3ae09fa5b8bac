/**
 * Expected outcomes, as a closed set: the reasons of Kubernetes' `metav1.Status`
 * (apimachinery `StatusReason`). Everybody matches on `reason`, nobody on message text.
 * Whether trying again can help is decided here, where the error is made.
 */
export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'ServerTimeout'
  | 'Timeout';

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The resource ("pods") for most errors, the kind ("Pod") for Invalid, as Kubernetes has it. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
  /** Not part of the details on the wire: it travels as `metadata.continue` of the Status. */
  readonly continue?: string;
}

const codes: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 500,
  Timeout: 504,
};

/** What a retry of the same request may bring: `never`, `again` (as is, later) or `refresh` (read anew first). */
export type Retry = 'never' | 'again' | 'refresh';

const retries: Partial<Record<StatusReason, Retry>> = {
  Conflict: 'refresh',
  AlreadyExists: 'refresh',
  NotFound: 'refresh',
  Expired: 'refresh',
  Gone: 'refresh',
  TooManyRequests: 'again',
  InternalError: 'again',
  ServiceUnavailable: 'again',
  ServerTimeout: 'again',
  Timeout: 'again',
};

const open: ReadonlySet<StatusReason> = new Set(['ServerTimeout', 'Timeout', 'ServiceUnavailable']);

export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly reason: StatusReason;
  readonly code: number;
  readonly details: StatusDetails | undefined;

  constructor(
    reason: StatusReason,
    message: string,
    details?: StatusDetails,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = reason;
    this.code = codes[reason];
    this.details = details;
  }

  get retry(): Retry {
    return retries[this.reason] ?? 'never';
  }

  /** The answer may have been lost behind a request that was carried out. */
  get isOpen(): boolean {
    return open.has(this.reason);
  }
}

export function isStatusError(error: unknown, reason?: StatusReason): error is StatusError {
  return error instanceof StatusError && (reason === undefined || error.reason === reason);
}
