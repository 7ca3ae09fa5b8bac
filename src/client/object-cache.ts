/**
 * Objects of one kind by key, by namespace and by index. Shared by all loops of a process, so it
 * hands out the frozen objects themselves, and a list is made once and kept until its part changes.
 */
import { keyOf, type KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import type { LabelSelector } from '#api/types.ts';

export type IndexFunction<T> = (object: T) => readonly string[];

/** Objects under one index value. The array is thrown away by a change and made anew when asked. */
class Bucket<T> {
  readonly members = new Map<string, T>();
  #list: readonly T[] | undefined;

  set(key: string, object: T): void {
    this.members.set(key, object);
    this.#list = undefined;
  }

  delete(key: string): void {
    this.members.delete(key);
    this.#list = undefined;
  }

  list(): readonly T[] {
    this.#list ??= [...this.members.values()];
    return this.#list;
  }
}

const nobody: readonly never[] = [];

class Index<T> {
  readonly #buckets = new Map<string, Bucket<T>>();
  readonly #values: IndexFunction<T>;

  constructor(values: IndexFunction<T>) {
    this.#values = values;
  }

  replace(key: string, previous: T | undefined, next: T | undefined): void {
    const before = previous === undefined ? nobody : this.#values(previous);
    const after = next === undefined ? nobody : this.#values(next);
    for (const value of before) if (!after.includes(value)) this.#remove(value, key);
    if (next === undefined) return;
    for (const value of after) this.#add(value, key, next);
  }

  bucket(value: string): Bucket<T> | undefined {
    return this.#buckets.get(value);
  }

  #add(value: string, key: string, object: T): void {
    let bucket = this.#buckets.get(value);
    if (bucket === undefined) this.#buckets.set(value, (bucket = new Bucket()));
    bucket.set(key, object);
  }

  #remove(value: string, key: string): void {
    const bucket = this.#buckets.get(value);
    bucket?.delete(key);
    if (bucket?.members.size === 0) this.#buckets.delete(value);
  }
}

const labelIndex = 'label pair';

function labelPairs(object: KubeObject): readonly string[] {
  const { namespace = '', labels } = object.metadata;
  if (labels === undefined) return nobody;
  return Object.entries(labels).map(([key, value]) => `${namespace}/${key}=${value}`);
}

/** Its objects are exactly those filed under the pair. */
function isOnePair({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return matchExpressions.length === 0 && Object.keys(matchLabels).length === 1;
}

export class ObjectCache<T extends KubeObject = KubeObject> {
  readonly #all = new Bucket<T>();
  readonly #namespaces = new Index<T>((object) => [object.metadata.namespace ?? '']);
  readonly #indexes = new Map<string, Index<T>>();

  get size(): number {
    return this.#all.members.size;
  }

  get(key: string): T | undefined {
    return this.#all.members.get(key);
  }

  keys(): Iterable<string> {
    return this.#all.members.keys();
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return this.#all.list();
    return this.#namespaces.bucket(namespace)?.list() ?? nobody;
  }

  /** Adding the same name twice keeps the first: loops that share an index share its function. */
  addIndex(name: string, values: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index = new Index(values);
    for (const [key, object] of this.#all.members) index.replace(key, undefined, object);
    this.#indexes.set(name, index);
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`no source declares the index "${name}"`);
    return index.bucket(value)?.list() ?? nobody;
  }

  /** Looks only at the objects that carry the rarest label pair that the selector asks for. */
  select(namespace: string, selector: LabelSelector): readonly T[] {
    const candidates = this.#candidates(namespace, selector);
    if (isOnePair(selector)) return candidates;
    return candidates.filter((object) => matchesSelector(selector, object.metadata.labels));
  }

  #candidates(namespace: string, selector: LabelSelector): readonly T[] {
    const pairs = Object.entries(selector.matchLabels ?? {});
    if (pairs.length === 0) return this.list(namespace);
    this.addIndex(labelIndex, labelPairs);
    let rarest: Bucket<T> | undefined;
    for (const [key, value] of pairs) {
      const bucket = this.#indexes.get(labelIndex)?.bucket(`${namespace}/${key}=${value}`);
      if (bucket === undefined) return nobody;
      if (rarest === undefined || bucket.members.size < rarest.members.size) rarest = bucket;
    }
    return rarest?.list() ?? nobody;
  }

  set(object: T): T | undefined {
    const key = keyOf(object);
    const previous = this.get(key);
    this.#all.set(key, object);
    this.#replace(key, previous, object);
    return previous;
  }

  delete(key: string): T | undefined {
    const previous = this.get(key);
    if (previous === undefined) return undefined;
    this.#all.delete(key);
    this.#replace(key, previous, undefined);
    return previous;
  }

  #replace(key: string, previous: T | undefined, next: T | undefined): void {
    this.#namespaces.replace(key, previous, next);
    for (const index of this.#indexes.values()) index.replace(key, previous, next);
  }
}
