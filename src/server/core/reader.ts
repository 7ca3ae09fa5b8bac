/**
 * The store in the words of the API: shared objects by kind, namespace and name, as of one snapshot.
 */
import type { Kind } from '#api/kind.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import { assert } from '#base/assert.ts';
import { rememberedOf } from '#base/remembered.ts';
import type { Entry, Snapshot } from '#store/backend.ts';
import type { Stored } from './core.ts';
import { endOf, keyFor, prefixOf } from './keys.ts';
import { sharedAt, sharedOf, sharedView } from './stored.ts';

/** How one kind is read from what the store holds. Made once per kind, so that its memo lives as long. */
export interface Codec {
  read(entry: Entry): Stored;
  /** The last state of a removed object, with the revision of its removal. Made once for all watchers. */
  readLast(entry: Entry, revision: number): Stored;
}

export class Codecs {
  readonly #lookup: KindLookup;
  readonly #codecs = new Map<Kind, Codec>();

  constructor(lookup: KindLookup) {
    this.#lookup = lookup;
  }

  of(kind: Kind): Codec {
    let codec = this.#codecs.get(kind);
    if (codec === undefined) {
      codec = kind.storedAs ? this.#view(kind, kind.storedAs) : own(kind);
      this.#codecs.set(kind, codec);
    }
    return codec;
  }

  #view(kind: Kind, form: NonNullable<Kind['storedAs']>): Codec {
    const source = this.#lookup.byResource(form.group, form.version, form.resource);
    assert(source !== undefined, `${kind.resource} is stored as a kind that is not there`);
    const stored = this.of(source);
    const view = rememberedOf(({ object }: Stored) => sharedView(form.fromStored(object)));
    return {
      read: (entry) => view(stored.read(entry)),
      readLast: (entry, revision) => view(stored.readLast(entry, revision)),
    };
  }
}

function own(kind: Kind): Codec {
  const complete = (object: KubeObject) => kind.defaults?.(object);
  const last = new WeakMap<Entry, Stored>();
  return {
    read: (entry) => sharedOf(entry, complete),
    readLast: (entry, revision) => {
      let stored = last.get(entry);
      if (stored === undefined || stored.object.metadata.resourceVersion !== String(revision)) {
        stored = sharedAt(sharedOf(entry, complete), revision);
        last.set(entry, stored);
      }
      return stored;
    },
  };
}

/** What admission and subresources may ask of the store. */
export interface Reader {
  get<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Iterable<T>;
}

export function readerOf(snapshot: Snapshot, codecs: Codecs): Reader {
  return {
    get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string) {
      const entry = snapshot.get(keyFor(kind, namespace, name));
      return entry && (codecs.of(kind).read(entry).object as T);
    },
    list<T extends KubeObject>(kind: Kind<T>, namespace?: string) {
      const prefix = prefixOf(kind, namespace);
      // Every write asks for the quotas of its namespace, and most have none.
      const end = endOf(prefix);
      if (snapshot.isEmpty(prefix, end)) return none;
      return objectsOf<T>(snapshot.range(prefix, end), codecs.of(kind));
    },
  };
}

const none: readonly never[] = [];

function* objectsOf<T extends KubeObject>(entries: Iterable<Entry>, codec: Codec): Generator<T> {
  for (const entry of entries) yield codec.read(entry).object as T;
}
