/** Makes pods leave a node for a more important one. */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { ActionRefused, type Carrier } from '#client/carry-out.ts';
import type { Informers } from '#client/informers.ts';
import { endVictim } from './decide/preempting.ts';
import type { PodNeeds } from './decide/pod-needs.ts';
import type { Preemption } from './decide/preemption.ts';

/** A victim's node writes its status at the same time: so often is a conflict met with another try. */
const triesMax = 3;

export interface PreemptorOptions {
  readonly carrier: Carrier;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Preemptor {
  readonly #options: PreemptorOptions;

  constructor(options: PreemptorOptions) {
    this.#options = options;
  }

  /** Resolves with false when one of the victims could not be made to leave. */
  async carryOut(needs: PodNeeds, { node, victims }: Preemption): Promise<boolean> {
    const ends = victims.map((victim) => this.#end(victim, needs, node));
    const outcomes = await Promise.all(ends);
    return outcomes.every(Boolean);
  }

  async #end(victim: PodNeeds, { pod: preemptor }: PodNeeds, node: string): Promise<boolean> {
    const { carrier, informers, clock, logger } = this.#options;
    for (let tries = 1; tries <= triesMax; tries++) {
      const current = informers.of(pods).cache.get(victim.key);
      if (current === undefined || current.metadata.uid !== victim.uid) return true;
      const actions: readonly Action[] = endVictim(current, preemptor, node, clock.now());
      try {
        await carrier.carryOut(actions);
        return true;
      } catch (error) {
        const known = error instanceof ActionRefused;
        if (known && error.cause.reason === 'NotFound') return true;
        if (known && error.cause.reason === 'Conflict' && tries < triesMax) continue;
        const fields = { pod: victim.key, error: known ? error.message : error };
        logger.warn('a pod could not be preempted', fields);
        return false;
      }
    }
    return false;
  }
}
