/** What the runtime has, by id and by the pod that it belongs to. */
export interface Filed {
  readonly id: string;
  readonly podUid: string;
  readonly attempt: number;
  readonly createdAtMs: number;
}

export interface Entry<T> {
  readonly value: T;
  /** Raised by each refresh: a list that was begun earlier knows less. */
  readonly at: number;
}

export class Filing<T extends Filed> {
  readonly #byId = new Map<string, Entry<T>>();
  readonly #byPod = new Map<string, readonly T[]>();

  get(id: string): Entry<T> | undefined {
    return this.#byId.get(id);
  }

  entries(): Iterable<readonly [string, Entry<T>]> {
    return this.#byId;
  }

  podUids(): Iterable<string> {
    return this.#byPod.keys();
  }

  /** Newest first. */
  of(podUid: string): readonly T[] {
    return this.#byPod.get(podUid) ?? [];
  }

  set(value: T, at: number): void {
    this.delete(value.id);
    this.#byId.set(value.id, { value, at });
    this.#byPod.set(value.podUid, [...this.of(value.podUid), value].sort(newestFirst));
  }

  /** Answers what was there. */
  delete(id: string): T | undefined {
    const known = this.#byId.get(id)?.value;
    if (!known) return undefined;
    this.#byId.delete(id);
    const others = this.of(known.podUid).filter((one) => one.id !== id);
    if (others.length > 0) this.#byPod.set(known.podUid, others);
    else this.#byPod.delete(known.podUid);
    return known;
  }
}

const newestFirst = (a: Filed, b: Filed): number =>
  b.attempt - a.attempt || b.createdAtMs - a.createdAtMs;
