/**
 * One run of a program, from its start until it is killed. What it reaches the world through is
 * wrapped here, so that it can be stopped at any `await`: from then on its promises never settle,
 * its timers never fire and nothing that it still tries has an effect, as after SIGKILL.
 */
import type { Timer, Timers } from '#base/clock.ts';
import type { Verbs, WatchSink } from '#api/verbs.ts';
import type { Backend, Operation, StoreSink, StoreWatch } from '#store/backend.ts';

const nothing: Timer = { cancel: () => undefined };
const forever = (): Promise<never> => new Promise(() => undefined);

export class Life {
  readonly #closers = new Set<() => void>();
  #over = false;

  get over(): boolean {
    return this.#over;
  }

  kill(): void {
    this.#over = true;
    for (const close of this.#closers) close();
    this.#closers.clear();
  }

  /** Called when it is killed. */
  onEnd(close: () => void): () => void {
    this.#closers.add(close);
    return () => this.#closers.delete(close);
  }

  timers(timers: Timers): Timers {
    return {
      after: (delayMs, callback) =>
        this.#over
          ? nothing
          : timers.after(delayMs, () => {
              if (!this.#over) callback();
            }),
    };
  }

  /** Begins the work unless the program is dead already, and answers only if it still lives. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over) return forever();
    const [outcome] = await Promise.allSettled([work()]);
    if (this.#over) return forever();
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** The functions of it that answer with a promise; those named are left as they are. */
  calls<T extends object>(target: T, ...besides: (keyof T & string)[]): T {
    const wrapped = Object.entries(target).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'function' || besides.includes(name as keyof T & string)) {
        return [name, value];
      }
      const call = (...given: unknown[]): Promise<unknown> =>
        this.call(async () => Reflect.apply(value, target, given) as unknown);
      return [name, call];
    });
    return Object.fromEntries(wrapped) as T;
  }

  verbs(verbs: Verbs): Verbs {
    return {
      get: (ref) => this.call(() => verbs.get(ref)),
      list: (ref, options) => this.call(() => verbs.list(ref, options)),
      create: (ref, object, options) => this.call(() => verbs.create(ref, object, options)),
      update: (ref, object, options) => this.call(() => verbs.update(ref, object, options)),
      patch: (ref, patch, options) => this.call(() => verbs.patch(ref, patch, options)),
      delete: (ref, options) => this.call(() => verbs.delete(ref, options)),
      deleteCollection: (ref, select, options) =>
        this.call(() => verbs.deleteCollection(ref, select, options)),
      watch: (ref, options, sink) => this.#watch(verbs, ref, options, sink),
    };
  }

  #watch(
    verbs: Verbs,
    ref: Parameters<Verbs['watch']>[0],
    options: Parameters<Verbs['watch']>[1],
    sink: WatchSink,
  ) {
    if (this.#over) return { close: () => undefined };
    const watch = verbs.watch(ref, options, {
      event: (type, object) => this.#over || sink.event(type, object),
      closed: (error) => {
        forget();
        if (!this.#over) sink.closed(error);
      },
    });
    const forget = this.onEnd(() => watch.close());
    return {
      close: () => {
        forget();
        watch.close();
      },
    };
  }

  /**
   * The store outlives the program that used it, and ends what it had begun; `orphaned` hears of each
   * commit that is under way when the program is killed.
   */
  backend(backend: Backend, orphaned: (operations: readonly Operation[]) => void): Backend {
    const commit = async (operations: readonly Operation[]): Promise<number> => {
      const forget = this.onEnd(() => orphaned(operations));
      return backend.commit(operations).finally(forget);
    };
    return {
      snapshot: (revision) => backend.snapshot(revision),
      head: () => backend.head(),
      commit: (operations) => this.call(() => commit(operations)),
      watch: (prefix, sink, from) => this.#watchStore(backend, prefix, sink, from),
      committedAt: (revision) => backend.committedAt(revision),
      get revision() {
        return backend.revision;
      },
      get compactedRevision() {
        return backend.compactedRevision;
      },
      compact: (revision) => this.call(() => backend.compact(revision)),
      close: () => Promise.resolve(),
    };
  }

  #watchStore(
    backend: Backend,
    prefix: string,
    sink: StoreSink,
    from: number | undefined,
  ): StoreWatch {
    if (this.#over) return { close: () => undefined };
    const watch = backend.watch(
      prefix,
      {
        changes: (changes) => this.#over || sink.changes(changes),
        closed: (reason) => this.#over || sink.closed(reason),
      },
      from,
    );
    const forget = this.onEnd(() => watch.close());
    return {
      close: () => {
        forget();
        watch.close();
      },
    };
  }
}
