/** Request bodies: JSON, YAML or protobuf in; an object of the expected type out. */
import { parse as parseYaml } from 'yaml';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { decodeProtobuf } from '#api/protobuf/envelope.ts';
import { findDuplicateFields } from '#api/codec/duplicate-fields.ts';
import { decodeObject, type FieldValidation } from '#api/schema/decode.ts';
import { isDeeperThan } from '#api/schema/depth.ts';
import { schemaOf, typeSchema } from '#api/schema/schema.ts';
import type { TypeSchema } from '#api/schema/types.ts';
import type { DeleteOptions } from '#api/types.ts';
import type { Patch, PatchType } from '#api/verbs.ts';
import { limits } from '#base/limits.ts';
import { StatusError } from '#base/status-error.ts';
import { badRequest } from '../core/errors.ts';

export interface RawBody {
  readonly bytes: Uint8Array;
  /** Without parameters, lower case; empty when the client named none. */
  readonly mediaType: string;
}

/** What the body of a request must be: the kind itself, or what a subresource takes. */
export interface ExpectedBody {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: TypeSchema;
  readonly olderVersions?: readonly string[] | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Against texts that grow when their aliases are written out. */
const maxAliasCount = 100;
const bodyTypes = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

export function expectedBody(kind: Kind, subresource: string | undefined): ExpectedBody {
  const other = kind.subresources?.find(({ name }) => name === subresource)?.body;
  const type = other && schemaOf(other);
  if (other && type) return { ...other, type };
  return { group: kind.group, version: kind.version, kind: kind.kind, type: typeSchema(kind.type) };
}

interface Parsed {
  readonly value: unknown;
  readonly duplicates: readonly string[];
}

export function decodeBody(
  body: RawBody,
  expected: ExpectedBody,
  fieldValidation: FieldValidation,
): { object: KubeObject; warnings: string[] } {
  const { value, duplicates } = parseBody(body, expected, fieldValidation);
  checkGroupVersion(value, expected);
  return decodeObject<KubeObject>(value, expected.type, { fieldValidation, duplicates });
}

function parseBody(
  { bytes, mediaType }: RawBody,
  expected: ExpectedBody,
  fieldValidation: FieldValidation,
): Parsed {
  switch (mediaType) {
    case '':
    case 'application/json':
      return parseJson(bytes, expected, fieldValidation);
    case 'application/yaml':
      return { value: parseYamlText(bytes, expected, fieldValidation), duplicates: [] };
    case 'application/vnd.kubernetes.protobuf':
      return { value: decodeProtobuf(bytes).object, duplicates: [] };
    default:
      throw unsupported(bodyTypes);
  }
}

function parseJson(bytes: Uint8Array, expected: ExpectedBody, validation: FieldValidation): Parsed {
  const text = textOf(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unrecognized(expected, 'json parse error', error);
  }
  // A second look at the text, since the parsed value does not show what stood twice.
  return { value, duplicates: validation === 'Ignore' ? [] : findDuplicateFields(text) };
}

function parseYamlText(
  bytes: Uint8Array,
  expected: ExpectedBody,
  validation: FieldValidation,
): unknown {
  try {
    return parseYaml(textOf(bytes), { maxAliasCount, uniqueKeys: validation === 'Strict' });
  } catch (error) {
    throw unrecognized(expected, 'yaml parse error', error);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new StatusError('BadRequest', 'the body is not UTF-8', undefined, { cause });
  }
}

function unrecognized({ kind }: ExpectedBody, what: string, cause: unknown): StatusError {
  const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  const message = `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; ${what}: ${detail}`;
  return new StatusError('BadRequest', message, undefined, { cause });
}

function unsupported(accepted: string): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return new StatusError('UnsupportedMediaType', message);
}

/** Before decoding, so that a wrong version is named as such and not as a heap of unknown fields. */
function checkGroupVersion(value: unknown, expected: ExpectedBody): void {
  if (typeof value !== 'object' || value === null) return;
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  const wanted = apiVersionOf(expected);
  const { group, olderVersions = [] } = expected;
  const accepted = [wanted, ...olderVersions.map((version) => apiVersionOf({ group, version }))];
  if (typeof apiVersion === 'string' && apiVersion !== '' && !accepted.includes(apiVersion)) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  }
  if (typeof kind === 'string' && kind !== '' && kind !== expected.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): ${wanted}, Kind=${kind}`,
    );
  }
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export function decodePatch({ bytes, mediaType }: RawBody): Patch {
  const type = patchTypes[mediaType];
  if (!type) throw unsupported(Object.keys(patchTypes).join(', '));
  const text = textOf(bytes);
  let patch: unknown;
  try {
    patch = type === 'apply' ? parseApply(text) : JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    const message =
      type === 'apply' ? `error decoding YAML: ${detail}` : `error decoding patch: ${detail}`;
    throw new StatusError('BadRequest', message, undefined, { cause });
  }
  // Everything that applies it walks it.
  if (isDeeperThan(patch, limits.bodyDepthLevels)) {
    throw badRequest('error decoding patch: exceeded max depth');
  }
  return { type, body: patch };
}

/** YAML by name, but kubectl sends JSON, which is read much faster as such. */
function parseApply(text: string): unknown {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML in its flow form also begins so.
    }
  }
  return parseYaml(text, { maxAliasCount });
}

/** Undefined for an empty body: then the query speaks. Any group's DeleteOptions will do. */
export function decodeDeleteOptions({ bytes, mediaType }: RawBody): DeleteOptions | undefined {
  if (bytes.length === 0) return undefined;
  const type = schemaOf({ group: '', version: 'v1', kind: 'DeleteOptions' });
  if (!type) return undefined;
  const expected = { group: '', version: 'v1', kind: 'DeleteOptions', type };
  const { value } = parseBody({ bytes, mediaType }, expected, 'Ignore');
  const { object } = decodeObject<KubeObject & DeleteOptions>(value, type, {
    fieldValidation: 'Ignore',
  });
  const { apiVersion: _a, kind: _k, metadata: _m, ...options } = object;
  return options as DeleteOptions;
}
