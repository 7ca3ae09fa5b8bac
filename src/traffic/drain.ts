/**
 * Holds a pod's end back until no new connection is sent to it: it counts as ending in every
 * EndpointSlice, and the tables made from them are applied. Bounded, since a pod must end also when
 * nobody updates the slices.
 */
import type { Endpoint, EndpointSlice } from '#api/types.ts';
import type { Timers } from '#base/clock.ts';
import type { Informer } from '#client/informer.ts';

export interface DrainOptions {
  readonly slices: Informer<EndpointSlice>;
  readonly timers: Timers;
  /** Ends when every change that the caches show by now is applied. */
  readonly settled: () => Promise<unknown>;
}

const drainWithinMs = 5000;
/**
 * Who was let in just before gets so long to send a first request: a server that is told to end
 * closes the connections that have none.
 */
const lastConnectionsMs = 200;
const byPod = 'drain/pod';

export class Drain {
  readonly #options: DrainOptions;
  /** Pod uid → to wake when a slice that holds it changes. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #unlisten: (() => void) | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
    options.slices.cache.addIndex(byPod, podsOf);
  }

  start(): void {
    this.#unlisten = this.#options.slices.listen((previous) => {
      for (const uid of previous ? podsOf(previous) : []) this.#wake(uid);
    });
  }

  /** Whoever waits goes on at once. */
  stop(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    for (const uid of [...this.#waiting.keys()]) this.#wake(uid);
  }

  /** Ends when nothing new is sent to the pod of this uid, or when it was too long. */
  async drained(uid: string): Promise<void> {
    const limit = new AbortController();
    const late = Promise.withResolvers<void>();
    const timer = this.#options.timers.after(drainWithinMs, () => late.resolve());
    try {
      await Promise.race([this.#drain(uid, limit.signal), late.promise]);
    } finally {
      timer.cancel();
      limit.abort();
      this.#wake(uid);
    }
  }

  async #drain(uid: string, limit: AbortSignal): Promise<void> {
    const { timers, settled } = this.#options;
    // In no Service: nobody was sent to it.
    if (this.#slicesWith(uid).length === 0) return;
    const isOffered = (): boolean => this.#slicesWith(uid).some((slice) => offers(slice, uid));
    while (this.#unlisten && !limit.aborted && isOffered()) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(uid, [...(this.#waiting.get(uid) ?? []), resolve]);
      });
    }
    await settled();
    await new Promise<void>((resolve) => timers.after(lastConnectionsMs, resolve));
  }

  #slicesWith(uid: string): readonly EndpointSlice[] {
    return this.#options.slices.cache.byIndex(byPod, uid);
  }

  #wake(uid: string): void {
    const waiting = this.#waiting.get(uid) ?? [];
    this.#waiting.delete(uid);
    for (const resolve of waiting) resolve();
  }
}

function podsOf({ endpoints }: EndpointSlice): string[] {
  return (endpoints ?? []).flatMap(({ targetRef }) => targetRef?.uid ?? []);
}

/** As long as the slice does not know that the pod ends; one that is offered to its very end is not waited for. */
function offers({ endpoints }: EndpointSlice, uid: string): boolean {
  const isOpen = ({ conditions }: Endpoint): boolean =>
    conditions?.ready !== false && conditions?.terminating !== true;
  return (endpoints ?? []).some((each) => each.targetRef?.uid === uid && isOpen(each));
}
