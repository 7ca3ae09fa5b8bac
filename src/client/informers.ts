/** The informers of a process: one per kind, shared by all loops, and the view that loops read. */
import type { Failure, View } from '#api/decision.ts';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { LabelSelector } from '#api/types.ts';
import { Informer, type InformerOptions } from './informer.ts';

export class Informers {
  readonly #options: InformerOptions;
  readonly #informers = new Map<string, Informer>();
  #started = false;

  constructor(options: InformerOptions) {
    this.#options = options;
  }

  /** Makes it when it is the first time, and starts it when the others have been started. */
  of<T extends KubeObject>(kind: Kind<T>): Informer<T> {
    const id = `${apiVersionOf(kind)}/${kind.resource}`;
    let informer = this.#informers.get(id);
    if (informer === undefined) {
      informer = new Informer<KubeObject>(kind, this.#options);
      this.#informers.set(id, informer);
      if (this.#started) informer.start();
    }
    // One informer per kind, made with that very kind: its objects are of the kind's type.
    return informer as unknown as Informer<T>;
  }

  find<T extends KubeObject>(kind: Kind<T>): Informer<T> | undefined {
    const informer = this.#informers.get(`${apiVersionOf(kind)}/${kind.resource}`);
    return informer as unknown as Informer<T> | undefined;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const informer of this.#informers.values()) informer.start();
  }

  async whenSynced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.whenSynced()));
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop();
  }
}

/** Always the state of the caches at the moment of the question; cheap to make for each decision. */
export class InformerView implements View {
  readonly failure: Failure | undefined;
  readonly #informers: Informers;

  constructor(informers: Informers, failure?: Failure) {
    this.#informers = informers;
    this.failure = failure;
  }

  get<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#cache(kind).get(keyFor(kind, namespace, name));
  }

  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[] {
    return this.#cache(kind).list(namespace);
  }

  byIndex<T extends KubeObject>(kind: Kind<T>, index: string, value: string): readonly T[] {
    return this.#cache(kind).byIndex(index, value);
  }

  select<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string,
    selector: LabelSelector,
  ): readonly T[] {
    return this.#cache(kind).select(namespace, selector);
  }

  changedAt<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string | undefined,
    name: string,
  ): number | undefined {
    return this.#informers.find(kind)?.changedAt(keyFor(kind, namespace, name));
  }

  #cache<T extends KubeObject>(kind: Kind<T>): Informer<T>['cache'] {
    const informer = this.#informers.find(kind);
    if (informer === undefined) throw new Error(`no loop has ${kind.resource} as a source`);
    return informer.cache;
  }
}

export function keyFor(kind: Kind, namespace: string | undefined, name: string): string {
  return kind.namespaced && namespace ? `${namespace}/${name}` : name;
}
