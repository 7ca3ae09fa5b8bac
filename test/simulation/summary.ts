/** What many runs were together, for people: how much happened, what went wrong by chance, what failed. */
import type { SimulationReport } from './simulate.ts';

export class Summary {
  readonly failed: number[] = [];
  readonly #happened = new Map<string, number>();
  readonly #faults = new Map<string, number>();
  #seeds = 0;
  #virtualMs = 0;

  get seeds(): number {
    return this.#seeds;
  }

  add({ seed, violations, happened, faults, virtualMs }: SimulationReport): void {
    this.#seeds++;
    this.#virtualMs += virtualMs;
    sum(this.#happened, happened);
    sum(this.#faults, faults);
    if (violations.length > 0) this.failed.push(seed);
  }

  /** `repeat`: the command that runs one seed again, up to the seed. */
  lines(seconds: number, repeat: string): string[] {
    const hours = (this.#virtualMs / 3_600_000).toFixed(0);
    const failed = this.failed.toSorted((a, b) => a - b);
    return [
      `actions: ${listed(this.#happened)}`,
      `faults: ${listed(this.#faults)}`,
      `simulated: ${this.#seeds} seeds, ${total(this.#happened)} actions, ${total(this.#faults)} faults, ` +
        `${hours} virtual hours in ${seconds.toFixed(0)} s, ${failed.length} failed`,
      ...failed.map((seed) => `failed; to repeat it: ${repeat} ${seed} --trace`),
    ];
  }
}

function sum(counts: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) {
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
}

const total = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((all, count) => all + count, 0);

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
