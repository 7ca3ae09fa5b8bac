/** metav1.Status: the answer to everything that went wrong, and to deletions that leave no object. */
import type { Status } from '#api/types.ts';
import type { Logger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import type { Headers, HttpResponse } from '#wire/http/message.ts';

const utf8 = new TextEncoder();

export function statusOf(error: StatusError): Status {
  const { details } = error;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: { ...(details?.continue ? { continue: details.continue } : {}) },
    status: 'Failure',
    message: error.message,
    reason: error.reason,
    ...(details ? { details: detailsOf(error) } : {}),
    code: error.code,
  } as Status;
}

function detailsOf({ details }: StatusError): object {
  const { continue: _, ...rest } = details ?? {};
  return rest;
}

/** What is not a StatusError is a fault of ours: the log gets all of it, the client a sentence. */
export function asStatusError(error: unknown, log: Logger): StatusError {
  if (error instanceof StatusError) return error;
  log.error('request failed', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const message = wordsOf(error);
  return new StatusError(
    'InternalError',
    `Internal error occurred: ${message}`,
    {
      causes: [{ reason: '', message }],
    },
    { cause: error },
  );
}

export function statusResponse(error: StatusError, headers: Headers = {}): HttpResponse {
  const retryAfter = error.details?.retryAfterSeconds;
  return {
    type: 'bytes',
    status: error.code,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      ...headers,
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    body: [utf8.encode(`${JSON.stringify(statusOf(error))}\n`)],
  };
}
