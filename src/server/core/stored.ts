/**
 * The pair that everybody shares: a frozen object and its JSON. The store keeps JSON without a
 * resourceVersion, since a commit learns its revision last; it is spliced in behind `"metadata":{`,
 * whose place is known because `encode` writes it first. The object is parsed at most once after a
 * restart and never in the life of the process that wrote it; the bytes are made once, when first
 * sent.
 */
import type { JsonObject } from '#api/copy.ts';
import type { KubeObject } from '#api/object.ts';
import { assert } from '#base/assert.ts';
import type { Entry, Value } from '#store/backend.ts';
import type { Stored } from './core.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An object as it is kept: written by this process, its revision not looked at yet. */
class Fresh {
  readonly object: KubeObject;

  constructor(object: KubeObject) {
    this.object = object;
  }
}

class Shared implements Stored {
  readonly object: KubeObject;
  readonly #raw: Uint8Array;
  #bytes: Uint8Array | undefined;

  constructor(object: KubeObject, raw: Uint8Array, revision: number) {
    const metadata = Object.freeze({ ...object.metadata, resourceVersion: String(revision) });
    this.object = Object.freeze({ ...object, metadata });
    this.#raw = raw;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= splice(this.#raw, this.object);
    return this.#bytes;
  }

  /** The same content under another revision: the last state of an object, at its deletion. */
  at(revision: number): Shared {
    return new Shared(this.object, this.#raw, revision);
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

function encode(object: KubeObject): Uint8Array {
  const { kind, apiVersion, metadata, ...rest } = object;
  return encoder.encode(JSON.stringify({ kind, apiVersion, metadata, ...rest }));
}

/** Takes the object over and freezes it; its resourceVersion is not kept. */
export function valueOf(object: KubeObject): Value {
  const { resourceVersion: _, ...metadata } = object.metadata;
  const kept = { ...object, metadata };
  // Before it is frozen: V8 writes frozen objects half as fast.
  const bytes = encode(kept);
  return { bytes, decoded: new Fresh(seal(kept)) };
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
    shared = new Shared(decoded.object, value.bytes, modRevision);
  } else {
    const object = JSON.parse(decoder.decode(value.bytes)) as KubeObject;
    complete(object);
    shared = new Shared(seal(object), encode(object), modRevision);
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
  return new Shared(kept, encode(kept), Number(resourceVersion));
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
