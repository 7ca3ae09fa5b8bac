/** Verbs that fail as networks and servers do, when and as often as the seed says. */
import type { Verbs, Watch, WatchSink } from '#api/verbs.ts';
import type { Random } from '#base/random.ts';
import { StatusError } from '#base/status-error.ts';

export class Faults {
  /** Share of requests that fail. */
  rate = 0;
  readonly #random: Random;
  readonly #watches = new Set<WatchSink>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Before anything happened, or, worse, after it has. */
  wrap(verbs: Verbs): Verbs {
    const risky = async <T>(act: () => Promise<T>): Promise<T> => {
      if (this.#strikes())
        throw new StatusError('ServiceUnavailable', 'the connection was refused');
      const answer = await act();
      if (this.#strikes()) throw new StatusError('Timeout', 'the answer was lost');
      return answer;
    };
    return {
      get: (ref) => risky(() => verbs.get(ref)),
      list: (ref, options) => risky(() => verbs.list(ref, options)),
      watch: (ref, options, sink) => this.#watch(verbs, ref, options, sink),
      create: (ref, object, options) => risky(() => verbs.create(ref, object, options)),
      update: (ref, object, options) => risky(() => verbs.update(ref, object, options)),
      patch: (ref, patch, options) => risky(() => verbs.patch(ref, patch, options)),
      delete: (ref, options) => risky(() => verbs.delete(ref, options)),
      deleteCollection: (ref, select, options) =>
        risky(() => verbs.deleteCollection(ref, select, options)),
    };
  }

  /** Ends one watch in so many, half of them as too old to go on. */
  breakWatches(oneIn: number): void {
    for (const sink of [...this.#watches]) {
      if (this.#random.below(oneIn) !== 0) continue;
      const expired = this.#random.below(2) === 0;
      sink.closed(expired ? new StatusError('Expired', 'too old resource version') : undefined);
    }
  }

  #strikes(): boolean {
    return this.rate > 0 && this.#random.fraction() < this.rate / 2;
  }

  #watch(verbs: Verbs, ...[ref, options, sink]: Parameters<Verbs['watch']>): Watch {
    const guarded: WatchSink = {
      event: (type, object) => sink.event(type, object),
      closed: (error) => {
        if (!this.#watches.delete(guarded)) return;
        watch.close();
        sink.closed(error);
      },
    };
    this.#watches.add(guarded);
    const watch = verbs.watch(ref, options, guarded);
    return {
      close: () => {
        this.#watches.delete(guarded);
        watch.close();
      },
    };
  }
}
