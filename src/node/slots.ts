/** At most `size` pieces of work at a time; others wait, first come first served. */
export class Slots {
  readonly #size: number;
  readonly #taken: () => number;
  readonly #behind: Slots[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /** `before`: what is done there takes places here, too, and never waits for anything here. */
  constructor(size: number, before?: Slots) {
    this.#size = size;
    this.#taken = () => this.#busy + (before ? before.#busy : 0);
    if (before) before.#behind.push(this);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#admit();
      for (const slots of this.#behind) slots.#admit();
    }
  }

  /** Settles when nothing is under way, here and before, and nothing waits. */
  whenIdle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  get #isIdle(): boolean {
    return this.#taken() === 0 && this.#waiting.length === 0;
  }

  #admit(): void {
    while (this.#taken() < this.#size) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#busy += 1;
      next();
    }
    if (!this.#isIdle) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
