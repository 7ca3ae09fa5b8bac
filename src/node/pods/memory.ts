/** What a worker knows of its pod beside the API and the runtime. Losing it costs a few repeated steps. */
import type { ResourceRequirements } from '#api/types.ts';
import type { ImageFact, NodeVerdict, Problem, VolumesFact } from '../decide/facts.ts';

/** Less than this is how clocks go. */
export const clockSetMs = 500;

export class PodMemory {
  readonly images = new Map<string, ImageFact>();
  readonly problems = new Map<string, Problem>();
  volumes: VolumesFact = { state: 'pending' };
  sandboxProblem: Problem | undefined;
  readonly granted = new Map<string, ResourceRequirements>();
  readonly applied = new Map<string, ResourceRequirements>();
  readonly unsure = new Set<string>();
  resizeProblem: Problem | undefined;
  verdict: NodeVerdict | undefined;
  cgroupRemoved = false;
  /** Settles when the pod is to end: nobody waits for a hook of its beginning any more. */
  readonly ending = Promise.withResolvers<undefined>();
  readonly #delays = new Map<string, number>();
  /** Of the wall clock to the monotonic one, as the times kept here go by it. */
  #offsetMs: number;

  constructor(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  /**
   * A pause lasts as long as it was meant to, whoever sets the clock: times to try again keep their
   * distance. `offsetMs`: from the monotonic clock to the wall clock, as they go now.
   */
  follow(offsetMs: number): void {
    const byMs = offsetMs - this.#offsetMs;
    if (Math.abs(byMs) < clockSetMs) return;
    this.#offsetMs = offsetMs;
    const later = <P extends Problem>(problem: P): P => ({
      ...problem,
      retryAtMs: problem.retryAtMs + byMs,
    });
    for (const [name, problem] of this.problems) this.problems.set(name, later(problem));
    this.sandboxProblem &&= later(this.sandboxProblem);
    this.resizeProblem &&= later(this.resizeProblem);
    if (this.volumes.state === 'pending' && this.volumes.problem)
      this.volumes = { state: 'pending', problem: later(this.volumes.problem) };
    for (const [name, fact] of this.images) {
      const { failure } = fact;
      if (!failure) continue;
      const showBackOffAtMs = failure.showBackOffAtMs + byMs;
      this.images.set(name, { ...fact, failure: { ...later(failure), showBackOffAtMs } });
    }
  }

  /** The pause after another failure of this: doubling from `firstMs` to `mostMs`. */
  nextDelay(subject: string, firstMs: number, mostMs: number): number {
    const delay = Math.min((this.#delays.get(subject) ?? firstMs / 2) * 2, mostMs);
    this.#delays.set(subject, delay);
    return delay;
  }

  worked(subject: string): void {
    this.#delays.delete(subject);
  }

  /** Something that the pod needs has changed: what failed is worth a try at once. */
  retryNow(): void {
    this.problems.clear();
    this.sandboxProblem = undefined;
    if (this.volumes.state === 'pending') this.volumes = { state: 'pending' };
  }
}
