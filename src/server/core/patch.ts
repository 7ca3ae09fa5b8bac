/**
 * PATCH: what a patch makes of an object, decoded again as strictly as a body would be. A patch that
 * names a resourceVersion or a uid has them as preconditions, since they end up in the proposal.
 */
import type { JsonObject } from '#api/copy.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { applyJsonPatch } from '#api/patch/json-patch.ts';
import { applyMergePatch } from '#api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '#api/patch/strategic.ts';
import { decodeObject } from '#api/schema/decode.ts';
import { typeSchema } from '#api/schema/schema.ts';
import type { TypeSchema } from '#api/schema/types.ts';
import type { Patch, WriteOptions } from '#api/verbs.ts';
import { assertNever } from '#base/assert.ts';
import { StatusError } from '#base/status-error.ts';
import type { RequestContext } from './core.ts';

/**
 * The proposal for `Updating.update`. `type` is that of the document: the kind's own, or `Scale`.
 * `known`: parts of `previous` that the proposal may share.
 */
export function patched(
  context: RequestContext,
  type: TypeSchema,
  previous: KubeObject,
  patch: Patch,
  options: WriteOptions,
  known?: JsonObject,
): KubeObject {
  const document = resultOf(previous, patch, type);
  const { object, warnings } = decodeObject<KubeObject>(document, type, {
    fieldValidation: options.fieldValidation ?? 'Warn',
    known,
  });
  for (const sentence of warnings) context.warn(sentence);
  return object;
}

export function typeOf(kind: Kind): TypeSchema {
  return typeSchema(kind.type);
}

function resultOf(previous: KubeObject, { type, body }: Patch, schema: TypeSchema): unknown {
  switch (type) {
    case 'json':
      return applyJsonPatch(previous, body);
    case 'merge':
      return applyMergePatch(previous, body);
    case 'strategic':
      return applyStrategicMergePatch(previous, body, schema);
    case 'apply':
      throw applyElsewhere();
    default:
      return assertNever(type, 'patch type');
  }
}

/** The object itself is applied by `owners.ts`; a view of it (`Scale`) by its handler. */
function applyElsewhere(): StatusError {
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json';
  return new StatusError('UnsupportedMediaType', message);
}
