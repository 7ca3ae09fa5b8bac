/**
 * What Services, NetworkPolicies and the gateway have in common: each watches, gathers what changed and
 * makes the kernel or HAProxy so, and tells how it fares.
 */
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Informers } from '#client/informers.ts';
import type { Processes } from '#sys/process.ts';
import { Batch, type CommittedAt, type ObserveApplied } from './batch.ts';

export interface PartOptions {
  readonly informers: Informers;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly observeApplied?: ObserveApplied | undefined;
  readonly committedAt?: CommittedAt | undefined;
  readonly processes: Processes;
}

export interface PartWork {
  /** As metrics call it. */
  readonly name: string;
  /** For a person: what could not be done, when it fails. */
  readonly failure: string;
  readonly apply: (keys: ReadonlySet<string>) => Promise<void>;
}

export interface PartStatus {
  readonly ready: boolean;
  readonly message: string;
}

const gatherMs = 5;

export class Part {
  readonly batch: Batch;
  /** As far as was tried: a change under way does not count. Absent: what was asked for holds. */
  #problem: string | undefined = 'not started';

  constructor(options: PartOptions, { name, failure, apply }: PartWork) {
    const { clock, timers, logger, committedAt, observeApplied } = options;
    this.batch = new Batch({
      clock,
      timers,
      gatherMs,
      committedAt,
      apply,
      failed: (error) => {
        this.#problem = wordsOf(error);
        logger.error(`${failure}; trying again`, { error: this.#problem });
      },
      applied: (ms) => {
        this.#problem = undefined;
        observeApplied?.(name, ms / 1000);
      },
    });
  }

  /** `holds`: what to say when it does. */
  status(holds: string): PartStatus {
    return { ready: this.#problem === undefined, message: this.#problem ?? holds };
  }

  /** What held does no longer, until it is applied anew. */
  lost(problem: string): void {
    this.#problem = problem;
  }
}
