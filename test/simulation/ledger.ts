/**
 * What the store went through, heard from the store itself: the newest form of every object, and
 * whether what clients were told of their writes is what happened.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#api/object.ts';
import type { Status } from '#api/types.ts';
import type { Kind } from '#api/kind.ts';
import { prefixOf } from '#server/core/keys.ts';
import type { Backend, Change, Value } from '#store/backend.ts';
import type { VirtualTime } from './virtual-time.ts';

interface LedgerEntry {
  readonly key: string;
  readonly object: KubeObject;
  readonly modRevision: number;
}

export interface LedgerChange {
  readonly key: string;
  readonly revision: number;
  readonly previous: KubeObject | undefined;
  readonly current: KubeObject | undefined;
}

interface Acknowledgement {
  readonly words: string;
  readonly uid: string;
  /** Absent: a deletion. */
  readonly revision: number | undefined;
}

export interface LedgerOptions {
  readonly backend: Backend;
  readonly time: VirtualTime;
  readonly trace: (line: string) => void;
  readonly violated: (words: string) => void;
}

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #entries = new Map<string, LedgerEntry>();
  /** By prefix; dropped when something below it changes. */
  readonly #lists = new Map<string, readonly KubeObject[]>();
  /** The uid that each revision wrote. */
  readonly #written = new Map<number, Set<string>>();
  readonly #dying = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #listeners = new Set<(change: LedgerChange) => void>();
  #unchecked: Acknowledgement[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
    options.backend.watch('/', {
      changes: (changes) => changes.forEach((change) => this.#change(change)),
      closed: (reason) => options.violated(`the store ended the ledger's watch: ${reason}`),
    });
  }

  listen(listener: (change: LedgerChange) => void): void {
    this.#listeners.add(listener);
  }

  list<T extends KubeObject>(kind: Kind<T>): readonly T[] {
    const prefix = prefixOf(kind as unknown as Kind);
    const known = this.#lists.get(prefix);
    if (known) return known as readonly T[];
    const list = [...this.#entries.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .map(({ object }) => object as T);
    this.#lists.set(prefix, list);
    return list;
  }

  /** A client was told that its write is done. */
  acknowledged(verb: string, answer: KubeObject | Status): void {
    const { metadata } = answer as KubeObject;
    const words = `${verb} of ${answer.kind} ${metadata?.name ?? ''}`;
    if (answer.kind === 'Status') {
      const { uid } = (answer as Status).details ?? {};
      if (verb === 'delete' && uid) this.#unchecked.push({ words, uid, revision: undefined });
      return;
    }
    const { uid, resourceVersion } = metadata;
    if (!uid) return;
    const revision = verb === 'delete' ? undefined : Number(resourceVersion);
    if (revision !== 0) this.#unchecked.push({ words, uid, revision });
  }

  /** Once everything that was under way has been told: which acknowledgement was not true. */
  check(): string | undefined {
    const unchecked = this.#unchecked;
    if (unchecked.length === 0) return undefined;
    this.#unchecked = [];
    for (const { words, uid, revision } of unchecked) {
      const kept =
        revision === undefined
          ? this.#dying.has(uid) || this.#gone.has(uid)
          : this.#written.get(revision)?.has(uid);
      if (kept !== true) {
        return `an acknowledged write was lost: ${words} at ${revision ?? '?'}`;
      }
    }
    return undefined;
  }

  /** The store's own state now is what its watch told, to the last byte. */
  compare(): void {
    const { backend, violated } = this.#options;
    const held = new Map<string, number>();
    for (const { key, value, modRevision } of backend.snapshot().range('/', '0')) {
      held.set(key, modRevision);
      const { resourceVersion: _, ...metadata } = this.#entries.get(key)?.object.metadata ?? {};
      const told = { ...this.#entries.get(key)?.object, metadata };
      if (!isDeepStrictEqual(told, parsed(value))) violated(`${key}: its bytes are another object`);
    }
    for (const [key, { modRevision }] of this.#entries) {
      if (held.get(key) !== modRevision) violated(`the store lost ${key} at ${modRevision}`);
    }
    if (held.size !== this.#entries.size) violated('the store holds what it never told of');
  }

  #change({ key, revision, current, previous }: Change): void {
    const before = previous && this.#entries.get(key)?.object;
    // Heartbeats would be most of the lines.
    if (!key.startsWith('/coordination.k8s.io/leases/')) {
      this.#options.trace(`store ${revision} ${current ? (previous ? '~' : '+') : '-'} ${key}`);
    }
    this.#lists.delete(`/${key.split('/', 3).slice(1).join('/')}/`);
    if (!current) {
      this.#entries.delete(key);
      if (before?.metadata.uid) this.#gone.add(before.metadata.uid);
      this.#tell({ key, revision, previous: before, current: undefined });
      return;
    }
    const object = objectOf(current.value, revision);
    this.#entries.set(key, { key, object, modRevision: revision });
    this.#note(key, revision, before, object);
    this.#tell({ key, revision, previous: before, current: object });
  }

  #note(key: string, revision: number, before: KubeObject | undefined, object: KubeObject): void {
    const { violated } = this.#options;
    const { uid = '', deletionTimestamp } = object.metadata;
    const written = this.#written.get(revision) ?? new Set();
    this.#written.set(revision, written.add(uid));
    if (before && before.metadata.uid !== uid) violated(`${key} changed its uid in place`);
    if (this.#gone.has(uid)) violated(`${key} came back after its end, uid ${uid}`);
    if (deletionTimestamp) this.#dying.add(uid);
    else if (this.#dying.has(uid)) violated(`${key} lost its deletion timestamp`);
  }

  #tell(change: LedgerChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** The server's own object, which is what the loops see; parsing each would take most of the time. */
function objectOf(value: Value, revision: number): KubeObject {
  const { object } = (value.decoded ?? {}) as { readonly object?: KubeObject };
  const { metadata, ...rest } = object ?? parsed(value);
  // The server may get to that later.
  return { ...rest, metadata: { ...metadata, resourceVersion: String(revision) } };
}

function parsed({ bytes }: Value): KubeObject {
  return JSON.parse(new TextDecoder().decode(bytes)) as KubeObject;
}
