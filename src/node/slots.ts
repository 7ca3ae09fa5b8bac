/** At most `size` pieces of work at a time; others wait, first come first served. */
export class Slots {
  readonly #size: number;
  readonly #taken: () => number;
  readonly #behind: Slots[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

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

  #admit(): void {
    while (this.#taken() < this.#size) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#busy += 1;
      next();
    }
  }
}
