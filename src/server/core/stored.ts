/**
 * The pair that everybody shares: a frozen object and its JSON. The store keeps JSON without a
 * resourceVersion, since a commit learns its revision last; it is spliced in behind `"metadata":{`,
 * whose place is known because `encode` writes it first. The object is parsed at most once after a
 * restart and never in the life of the process that wrote it; the bytes are made once, when first
 * sent.
 */
import { shareFields, textOfEntries } from '#api/apply/managers.ts';
import { isJsonObject, type JsonObject } from '#api/copy.ts';
import { joined, quoted } from '#api/json-text.ts';
import type { KubeObject } from '#api/object.ts';
import type { ManagedFieldsEntry } from '#api/types.ts';
import { assert } from '#base/assert.ts';
import type { Entry, Value } from '#store/backend.ts';
import type { Stored } from './core.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An object as it is kept: written by this process, its revision not looked at yet. */
class Fresh {
  readonly object: KubeObject;
  readonly encoded: Encoded;

  constructor(object: KubeObject, encoded: Encoded) {
    this.object = object;
    this.encoded = encoded;
  }
}

class Shared implements Stored {
  readonly object: KubeObject;
  readonly encoded: Encoded;
  #bytes: Uint8Array | undefined;

  constructor(object: KubeObject, encoded: Encoded, revision: number) {
    const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(revision) });
    this.object = Object.freeze({ ...object, metadata });
    this.encoded = encoded;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= splice(this.encoded.bytes, this.object);
    return this.#bytes;
  }

  /** The same content under another revision: the last state of an object, at its deletion. */
  at(revision: number): Shared {
    return new Shared(this.object, this.encoded, revision);
  }
}

/** An answer that no commit made: a dry run, a Status, a review. */
class Unstored implements Stored {
  readonly object: KubeObject;
  #bytes: Uint8Array | undefined;

  constructor(object: KubeObject) {
    this.object = seal(object);
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encoder.encode(JSON.stringify(this.object));
    return this.#bytes;
  }
}

/**
 * Freezes to the bottom, and drops fields that are undefined: nobody who reads should have to know of
 * them. What is frozen already has been through here, so shared parts cost nothing.
 */
function seal<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    for (const item of value) seal(item);
    return Object.freeze(value);
  }
  const object = value as JsonObject;
  for (const key in object) {
    const item = object[key];
    if (item === undefined) delete object[key];
    else if (typeof item === 'object') seal(item);
  }
  return Object.freeze(value);
}

export function unstored(object: KubeObject): Stored {
  return new Unstored(object);
}

/** Beginning of every encoded object; ASCII, so its length in bytes is its length. */
function headOf({ kind, apiVersion }: KubeObject): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`;
}

function splice(raw: Uint8Array, object: KubeObject): Uint8Array {
  const offset = headOf(object).length;
  const last = raw[offset] === 0x7d; // `}`: nothing else in metadata
  const inserted = encoder.encode(
    `"resourceVersion":"${object.metadata.resourceVersion}"${last ? '' : ','}`,
  );
  const bytes = new Uint8Array(raw.length + inserted.length);
  bytes.set(raw.subarray(0, offset));
  bytes.set(inserted, offset);
  bytes.set(raw.subarray(offset), offset + inserted.length);
  return bytes;
}

/** JSON, and where in it the spec stands: a new status goes with the spec as it was. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly specFrom: number;
  readonly specTo: number;
}

type WithSpec = KubeObject & { readonly spec?: unknown };

/** What is written first and copied out; larger objects get room of their own. */
const usualRoom = new Uint8Array(64 * 1024);

/** `before`: what the object comes from, whose spec may be its own. */
function encode(object: WithSpec, before: Shared | undefined): Encoded {
  const { spec } = object;
  const head = `${headOf(object)}${textOf(object.metadata, notKept)}}`;
  const rest = textOf(object, writtenFirst);
  const tail = rest === '' ? '}' : `,${rest}}`;
  const kept = keptSpec(spec, before);
  const text = kept ? kept.gained : spec === undefined ? '' : JSON.stringify(spec);
  const keptLength = kept?.bytes.length ?? 0;
  const most = (head.length + text.length + tail.length) * 3 + keptLength + specKey.length;
  const page = most > usualRoom.length ? new Uint8Array(most) : usualRoom;
  const write = (part: string, at: number) =>
    at + encoder.encodeInto(part, page.subarray(at)).written;
  let to = write(head, 0);
  let specFrom = 0;
  let specTo = 0;
  if (spec !== undefined) {
    specFrom = write(specKey, to);
    if (kept) page.set(kept.bytes, specFrom);
    specTo = write(text, specFrom + keptLength);
    to = specTo;
  }
  return { bytes: page.slice(0, write(tail, to)), specFrom, specTo };
}

/**
 * The bytes of the spec as it was, and the text of what it has gained: a new status changes nothing of
 * it, and a binding adds a name. Undefined: something of it was changed or taken away.
 */
function keptSpec(
  spec: unknown,
  before: Shared | undefined,
): { readonly bytes: Uint8Array; readonly gained: string } | undefined {
  const old = (before?.object as WithSpec | undefined)?.spec;
  if (!before || !isJsonObject(spec) || !isJsonObject(old)) return undefined;
  const { bytes, specFrom, specTo } = before.encoded;
  if (spec === old) return { bytes: bytes.subarray(specFrom, specTo), gained: '' };
  const names = Object.keys(old);
  if (names.length === 0 || names.some((name) => spec[name] !== old[name])) return undefined;
  // Frozen parts are the same all the way down.
  const gained = textOf(spec, new Set(names));
  return {
    bytes: bytes.subarray(specFrom, specTo - 1),
    gained: gained === '' ? '}' : `,${gained}}`,
  };
}

/** Without braces. Field by field: a copy without some of them would cost more than all the rest. */
function textOf(object: object, without: ReadonlySet<string>): string {
  let text = '';
  for (const name in object) {
    if (without.has(name)) continue;
    const part = (object as JsonObject)[name];
    const value =
      name === 'managedFields' && part !== undefined
        ? textOfEntries(part as ManagedFieldsEntry[])
        : (JSON.stringify(part) as string | undefined);
    if (value !== undefined) text = joined(text, `${quoted(name)}:${value}`);
  }
  return text;
}

const writtenFirst = new Set(['kind', 'apiVersion', 'metadata', 'spec']);
const notKept = new Set(['resourceVersion']);
const specKey = ',"spec":';

/**
 * Takes the object over and freezes it; its resourceVersion is not kept. `before`: what it comes from,
 * if anything.
 */
export function valueOf(object: KubeObject, before?: Stored): Value {
  // Before it is frozen: V8 writes frozen objects half as fast.
  const encoded = encode(object, before instanceof Shared ? before : undefined);
  return { bytes: encoded.bytes, decoded: new Fresh(seal(object), encoded) };
}

/**
 * The shared form of what the store holds. `complete` applies defaults to an object that an earlier
 * process wrote, so that a default which is new reaches it.
 */
export function sharedOf(entry: Entry, complete: (object: KubeObject) => void): Stored {
  const { value, modRevision } = entry;
  const { decoded } = value;
  if (decoded instanceof Shared) return decoded;
  let shared: Shared;
  if (decoded instanceof Fresh) {
    shared = new Shared(decoded.object, decoded.encoded, modRevision);
  } else {
    const object = JSON.parse(decoder.decode(value.bytes)) as KubeObject;
    complete(object);
    shareFields(object.metadata.managedFields ?? []);
    shared = new Shared(seal(object), encode(object, undefined), modRevision);
  }
  value.decoded = shared;
  return shared;
}

/** The same content with another resourceVersion. */
export function sharedAt(stored: Stored, revision: number): Stored {
  assert(stored instanceof Shared, 'only what the store holds has a revision');
  return stored.at(revision);
}

/** A stored object in the words of another group version. */
export function sharedView(object: KubeObject): Stored {
  const { resourceVersion, ...metadata } = object.metadata;
  const kept = seal({ ...object, metadata });
  return new Shared(kept, encode(kept, undefined), Number(resourceVersion));
}

/** Without touching the bytes, which may never be asked for. */
export function withCreated(stored: Stored, created: boolean): Stored & { created: boolean } {
  return {
    object: stored.object,
    get bytes() {
      return stored.bytes;
    },
    created,
  };
}
