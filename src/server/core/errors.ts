/**
 * The server's refusals in Kubernetes' own words (apimachinery `pkg/api/errors`): people search for
 * these sentences, and kubectl shows them as they are.
 */
import type { FieldError } from '#api/field-error.ts';
import { type StatusCause, StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';

/** What an error says it is about; a `Kind` fits. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
}

/** `pods`, `deployments.apps` */
export function qualified(word: string, group: string): string {
  return group === '' ? word : `${word}.${group}`;
}

function detailsOf(subject: Subject, name: string) {
  return { name, group: subject.group, kind: subject.resource };
}

export function notFound(subject: Subject, name: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  return new StatusError('NotFound', `${what} "${name}" not found`, detailsOf(subject, name));
}

export function alreadyExists(subject: Subject, name: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  const message = `${what} "${name}" already exists`;
  return new StatusError('AlreadyExists', message, detailsOf(subject, name));
}

export function generatedNameTaken(subject: Subject, name: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  const message = `${what} "${name}" already exists, the server was not able to generate a unique name for the object`;
  const details = { ...detailsOf(subject, name), retryAfterSeconds: 1 };
  return new StatusError('AlreadyExists', message, details);
}

export function conflict(subject: Subject, name: string, why: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  const message = `Operation cannot be fulfilled on ${what} "${name}": ${why}`;
  return new StatusError('Conflict', message, detailsOf(subject, name));
}

/** The sentence that every client knows: read anew and try again. */
export function modified(subject: Subject, name: string): StatusError {
  const why =
    'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(subject, name, why);
}

export function uidConflict(
  subject: Subject,
  name: string,
  wanted: string,
  found: string,
): StatusError {
  const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`;
  return conflict(subject, name, why);
}

export function versionConflict(
  subject: Subject,
  name: string,
  wanted: string,
  found: string,
): StatusError {
  const why = `Precondition failed: ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${found}`;
  return conflict(subject, name, why);
}

/** `name` may be empty: a collection, or an object that has no name yet. */
export function forbidden(
  subject: { readonly group: string; readonly resource: string },
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): StatusError {
  const what = qualified(subject.resource, subject.group);
  const message = `${what}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`;
  const about = { ...(name === '' ? {} : { name }), group: subject.group, kind: subject.resource };
  return new StatusError('Forbidden', message, causes ? { ...about, causes } : about);
}

/** Go's aggregate: one error as it is, several in brackets without repeats. */
function aggregate(errors: readonly FieldError[]): string {
  const sentences = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  return sentences.length === 1 ? (sentences[0] as string) : `[${sentences.join(', ')}]`;
}

/** Kubernetes names the kind here, not the resource: `Pod "x" is invalid: …`. */
export function invalid(
  subject: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const what = qualified(subject.kind, subject.group);
  const causes = errors.map(({ type, message, field }) => ({ reason: type, message, field }));
  const details = { name, group: subject.group, kind: subject.kind, causes };
  return new StatusError('Invalid', `${what} "${name}" is invalid: ${aggregate(errors)}`, details);
}

export function badRequest(message: string): StatusError {
  return new StatusError('BadRequest', message);
}

export function methodNotSupported(subject: Subject, action: string): StatusError {
  const what = qualified(subject.resource, subject.group);
  const message = `${action} is not supported on resources of kind "${what}"`;
  const details = { group: subject.group, kind: subject.resource };
  return new StatusError('MethodNotAllowed', message, details);
}

export function tooLarge(limitBytes: number): StatusError {
  const message = `Request entity too large: limit is ${limitBytes}`;
  return new StatusError('RequestEntityTooLarge', message);
}

/** Watches: the revision is no longer kept. The client lists anew. */
export function revisionTooOld(revision: number, oldest: number): StatusError {
  return new StatusError('Expired', `too old resource version: ${revision} (${oldest})`);
}

/** Lists at an exact revision that is no longer kept. */
export function listTooOld(): StatusError {
  const message = 'The resourceVersion for the provided list is too old.';
  return new StatusError('Expired', message);
}

/** The page's snapshot is gone; `token` reads on in the newest state. */
export function continueTooOld(token: string): StatusError {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return new StatusError('Expired', message, { continue: token });
}

/** The client saw a newer state than this server has; Kubernetes answers 504 with this cause. */
export function revisionTooLarge(wanted: number, current: number): StatusError {
  const message = `Too large resource version: ${wanted}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new StatusError('Timeout', message, { causes, retryAfterSeconds: 1 });
}

export function internal(cause: unknown): StatusError {
  const message = wordsOf(cause);
  return new StatusError('InternalError', `Internal error occurred: ${message}`, undefined, {
    cause,
  });
}

export function asStatusError(error: unknown): StatusError {
  return error instanceof StatusError ? error : internal(error);
}
