/** A failed answer as the error that the server meant. */
import type { Status } from '#api/types.ts';
import { type StatusDetails, StatusError, type StatusReason } from '#base/status-error.ts';

/** For servers that say no reason, and proxies that speak no Kubernetes. */
const reasonsByCode: Readonly<Record<number, StatusReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const known: ReadonlySet<string> = new Set<string>([
  ...Object.values(reasonsByCode),
  'AlreadyExists',
  'Gone',
  'ServerTimeout',
]);

/** `text` is the body: a metav1.Status, or anything. */
export function errorFromStatus(code: number, text: string): StatusError {
  const status = parsed(text);
  const usual = reasonsByCode[code] ?? (code >= 500 ? 'InternalError' : 'BadRequest');
  const reason =
    status?.reason && known.has(status.reason) ? (status.reason as StatusReason) : usual;
  const message = status?.message || text.slice(0, 500) || `the server answered ${code}`;
  return new StatusError(reason, message, status?.details as StatusDetails | undefined);
}

function parsed(text: string): Status | undefined {
  try {
    const value = JSON.parse(text) as Partial<Status> | null;
    return value?.kind === 'Status' ? (value as Status) : undefined;
  } catch {
    // Not JSON: the text itself is the message.
    return undefined;
  }
}
