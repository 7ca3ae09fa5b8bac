/** What a worker knows of its pod beside the API and the runtime. Losing it costs a few repeated steps. */
import type { ResourceRequirements } from '#api/types.ts';
import type { ImageFact, NodeVerdict, Problem, VolumesFact } from '../decide/facts.ts';

export class PodMemory {
  readonly images = new Map<string, ImageFact>();
  readonly problems = new Map<string, Problem>();
  volumes: VolumesFact = { state: 'pending' };
  sandboxProblem: Problem | undefined;
  readonly granted = new Map<string, ResourceRequirements>();
  readonly applied = new Map<string, ResourceRequirements>();
  resizeProblem: Problem | undefined;
  verdict: NodeVerdict | undefined;
  cgroupRemoved = false;
  /** Settles when the pod is to end: nobody waits for a hook of its beginning any more. */
  readonly ending = Promise.withResolvers<undefined>();
  readonly #delays = new Map<string, number>();

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
