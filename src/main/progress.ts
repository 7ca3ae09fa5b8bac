/** How far the program is, for whoever waits for it. */
import type { PartStatus, Phase, ProgressLine } from '#cli/control.ts';

export class Progress {
  readonly #listeners = new Set<(line: ProgressLine) => void>();
  #line: ProgressLine = { phase: 'starting', message: 'starting' };

  get line(): ProgressLine {
    return this.#line;
  }

  report(phase: Phase, message: string, cure?: string): void {
    this.#line = cure === undefined ? { phase, message } : { phase, message, cure };
    for (const listener of this.#listeners) listener(this.#line);
  }

  watch(listener: (line: ProgressLine) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#line);
    return () => this.#listeners.delete(listener);
  }
}

/** `ready` only when every part is. */
export function phaseOf(parts: readonly PartStatus[], line: ProgressLine): Phase {
  if (line.phase !== 'ready') return line.phase;
  return parts.every((part) => part.ready) ? 'ready' : 'degraded';
}
