/** Whether the container runtime serves calls; a restart of a moment is no news to the cluster. */
import type { Clock } from '#base/clock.ts';
import type { Runtime, RuntimeCondition, RuntimeImage } from '../runtime/runtime.ts';

/** The kubelet waits 30 s; a runtime of our own is back within one. */
export const runtimeSilenceMs = 5_000;

export class RuntimeHealth {
  readonly #runtime: Runtime;
  readonly #clock: Clock;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #answer: readonly RuntimeCondition[] | undefined;
  #images: Promise<readonly RuntimeImage[]> | undefined;

  constructor(runtime: Runtime, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  /** Undefined when it has been silent for longer than that. */
  async conditions(): Promise<readonly RuntimeCondition[] | undefined> {
    try {
      this.#answer = await this.#runtime.conditions();
      this.#answeredAtMs = this.#clock.monotonic();
    } catch {
      if (this.#clock.monotonic() - this.#answeredAtMs >= runtimeSilenceMs) return undefined;
    }
    return this.#answer;
  }

  /** Listed once, until something changes. */
  images(): Promise<readonly RuntimeImage[]> {
    if (this.#images) return this.#images;
    const asked = this.#runtime.images.list();
    this.#images = asked;
    asked.catch(() => this.imagesChanged());
    return asked;
  }

  imagesChanged(): void {
    this.#images = undefined;
  }
}
