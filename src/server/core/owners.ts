/**
 * Who owns which field: every write is recorded, so that an applier can be told whose value it would
 * overwrite. What an object is and what the server itself sets belongs to nobody (`#api/apply`).
 */
import { applyConfiguration, ownersAfterUpdate, type WriterOptions } from '#api/apply/apply.ts';
import type { JsonObject } from '#api/copy.ts';
import type { FieldError } from '#api/field-error.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { decodeObject } from '#api/schema/decode.ts';
import { typeSchema } from '#api/schema/schema.ts';
import type { WriteOptions } from '#api/verbs.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import type { RequestContext, Target } from './core.ts';
import { badRequest, invalid } from './errors.ts';

export interface Writer {
  readonly kind: Kind;
  readonly subresource: string | undefined;
  readonly manager: string;
  /** Clock milliseconds. */
  readonly now: number;
}

export function writerOf(
  { user }: RequestContext,
  { kind, subresource }: Target,
  { fieldManager }: WriteOptions,
  now: number,
): Writer {
  return { kind, subresource, manager: fieldManager || user.name.slice(0, 128), now };
}

/** After everything that changes `next`; `previous` absent: it is new. */
export function recordOwners(
  writer: Writer,
  next: KubeObject,
  previous: KubeObject | undefined,
): void {
  const type = typeSchema(writer.kind.type);
  next.metadata.managedFields = ownersAfterUpdate(previous, next, type, optionsOf(writer));
}

/** What is left out is not meant to be forgotten. */
export function keepOwners(next: KubeObject, previous: KubeObject): void {
  const { managedFields } = previous.metadata;
  if (next.metadata.managedFields?.length || managedFields === undefined) return;
  next.metadata.managedFields = managedFields;
}

/** What server-side apply makes of an object, owners included; `live` absent: it is to be created. */
export function applied(
  context: RequestContext,
  writer: Writer,
  live: KubeObject | undefined,
  body: unknown,
  options: WriteOptions,
): KubeObject {
  const { kind } = writer;
  checkApply(body, options);
  const type = typeSchema(kind.type);
  const strictness = { fieldValidation: options.fieldValidation ?? 'Warn' } as const;
  const { warnings } = decodeObject(body, type, strictness);
  for (const sentence of warnings) context.warn(sentence);
  const apply = { ...optionsOf(writer), force: options.force === true };
  try {
    const result = applyConfiguration(live, body, type, apply);
    return decodeObject<KubeObject>(result, type, { fieldValidation: 'Ignore' }).object;
  } catch (error) {
    if (!isStatusError(error, 'Conflict')) throw error;
    const { name } = (live ?? (body as unknown as KubeObject)).metadata;
    const about = { ...error.details, name, group: kind.group, kind: kind.resource };
    throw new StatusError('Conflict', error.message, about, { cause: error });
  }
}

function optionsOf({ kind, subresource, manager, now }: Writer): WriterOptions {
  const writesSpec = subresource === undefined || subresource === 'scale';
  const ignored = writesSpec ? (kind.hasStatus ? ['status'] : []) : ['spec'];
  return { manager, now, subresource, ignored };
}

function checkApply(body: unknown, { fieldManager }: WriteOptions): asserts body is JsonObject {
  if (!fieldManager) {
    const subject = { group: 'meta.k8s.io', kind: 'PatchOptions' };
    const message = 'Required value: is required for apply patch';
    const error: FieldError = { type: 'FieldValueRequired', field: 'fieldManager', message };
    throw invalid(subject, '', [error]);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('error decoding YAML: the body is not an object');
  }
}
