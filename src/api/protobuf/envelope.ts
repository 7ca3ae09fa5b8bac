/**
 * Kubernetes' protobuf bodies, `application/vnd.kubernetes.protobuf`: four magic bytes, then a
 * runtime.Unknown that says which kind of message is inside.
 */
import { StatusError } from '#base/status-error.ts';
import { splitApiVersion } from '../lookup.ts';
import { schemaOf } from '../schema/schema.ts';
import type { TypeSchema } from '../schema/types.ts';
import { decodeMessage, type JsonObject } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { numberOf, ProtobufProblem, Reader, typeOf, wireType } from './reader.ts';
import { Writer } from './writer.ts';

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

export interface ProtobufBody {
  readonly apiVersion: string;
  readonly kind: string;
  /** As JSON would have it, `apiVersion` and `kind` included; still to be given to `decodeObject`. */
  readonly object: JsonObject;
}

/** Throws `BadRequest` for bytes that are not such a body, or hold a kind that has no wire form. */
export function decodeProtobuf(body: Uint8Array): ProtobufBody {
  try {
    return decodeBody(body);
  } catch (error) {
    if (!(error instanceof ProtobufProblem)) throw error;
    const message = `unable to decode the protobuf body: ${error.message}`;
    throw new StatusError('BadRequest', message, undefined, { cause: error });
  }
}

function decodeBody(body: Uint8Array): ProtobufBody {
  if (!magic.every((byte, index) => body[index] === byte)) {
    throw new ProtobufProblem('it does not begin with "k8s"');
  }
  const envelope = readEnvelope(new Reader(body, magic.length));
  const { apiVersion, kind, raw } = envelope;
  const object = envelope.isJson ? readJson(raw) : readMessage(raw, apiVersion, kind);
  return { apiVersion, kind, object: { apiVersion, kind, ...object } };
}

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Reader;
  isJson: boolean;
}

function readEnvelope(reader: Reader): Envelope {
  const envelope: Envelope = {
    apiVersion: '',
    kind: '',
    raw: new Reader(new Uint8Array()),
    isJson: false,
  };
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    if (type !== wireType.bytes) reader.skip(type);
    else if (number === 1) readTypeMeta(reader.piece(), envelope);
    else if (number === 2) envelope.raw = reader.piece();
    else if (number === 4) envelope.isJson = reader.string().startsWith('application/json');
    else reader.skip(type);
  }
  return envelope;
}

function readTypeMeta(reader: Reader, envelope: Envelope): void {
  while (!reader.isAtEnd) {
    const tag = reader.tag();
    const number = numberOf(tag);
    const type = typeOf(tag);
    if (number === 1 && type === wireType.bytes) envelope.apiVersion = reader.string();
    else if (number === 2 && type === wireType.bytes) envelope.kind = reader.string();
    else reader.skip(type);
  }
}

function readMessage(raw: Reader, apiVersion: string, kind: string): JsonObject {
  const type = schemaOf({ ...splitApiVersion(apiVersion), kind });
  if (type === undefined) {
    throw new ProtobufProblem(`no kind "${kind}" is known in version "${apiVersion}"`);
  }
  return decodeMessage(raw, type);
}

function readJson(raw: Reader): JsonObject {
  try {
    const value: unknown = JSON.parse(raw.rest());
    if (typeof value === 'object' && value !== null) return value as JsonObject;
  } catch (error) {
    throw new ProtobufProblem('its inside is not JSON', { cause: error });
  }
  throw new ProtobufProblem('its inside is not an object');
}

/** `object` carries its own `apiVersion` and `kind`; `type` must have a wire form (see `hasWireForm`). */
export function encodeProtobuf(
  object: { readonly apiVersion: string; readonly kind: string } & Readonly<
    Record<string, unknown>
  >,
  type: TypeSchema,
): Uint8Array {
  const writer = new Writer();
  writer.string(4, '');
  writer.string(3, '');
  const beforeMessage = writer.length;
  encodeMessage(writer, object, type);
  writer.endPiece(2, beforeMessage);
  const beforeTypeMeta = writer.length;
  writer.string(2, object.kind);
  writer.string(1, object.apiVersion);
  writer.endPiece(1, beforeTypeMeta);
  writer.raw(magic);
  return writer.finish();
}

/**
 * One frame of `application/vnd.kubernetes.protobuf;stream=watch`: the length as four bytes, big
 * end first, then a bare metav1.WatchEvent around the object's body.
 */
export function encodeWatchFrame(type: string, object: Uint8Array): Uint8Array {
  const writer = new Writer();
  writer.bytes(1, object);
  writer.endPiece(2, 0);
  writer.string(1, type);
  const { length } = writer;
  writer.raw(Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length));
  return writer.finish();
}

/** Table, for one, has none. */
export function hasWireForm(type: TypeSchema): boolean {
  return type.wire.size > 0 || type.fields.size === 0;
}
