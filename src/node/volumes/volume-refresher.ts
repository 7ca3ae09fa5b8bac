/** Keeps what lies in the volumes of running pods as new as the API's objects and the tokens in them. */
import type { Pod } from '#api/types.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { Tokens } from './tokens.ts';
import type { Volumes } from './volumes.ts';

export interface VolumeRefresherOptions {
  readonly volumes: Volumes;
  readonly tokens: Tokens;
  readonly mirror: RuntimeMirror;
  readonly hostIPs: readonly string[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Of pods that have a worker. */
  readonly uids: () => Iterable<string>;
  readonly podOf: (uid: string) => Pod | undefined;
}

const tokenLookMs = 60_000;

export class VolumeRefresher {
  readonly #options: VolumeRefresherOptions;
  #timer: Timer | undefined;

  constructor(options: VolumeRefresherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.timers.after(tokenLookMs, () => {
      this.renewTokens();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** A failure leaves the old content, as Kubernetes does. */
  refresh(uid: string): void {
    const { volumes, mirror, hostIPs, logger, podOf } = this.#options;
    const pod = podOf(uid);
    if (!pod || pod.metadata.deletionTimestamp) return;
    const [sandbox] = mirror.sandboxesOf(uid);
    if (!sandbox || !volumes.isLive(pod)) return;
    volumes
      .prepare(pod, { podIPs: sandbox.ips, hostIPs })
      .catch((error: unknown) =>
        logger.warn('cannot refresh the volumes of a pod', { error: String(error) }),
      );
  }

  /** Each minute, and when somebody set the clock. */
  renewTokens(): void {
    const { tokens, clock, uids } = this.#options;
    const now = clock.now();
    for (const uid of uids()) {
      if ((tokens.renewalOf(uid) ?? Number.POSITIVE_INFINITY) <= now) this.refresh(uid);
    }
  }
}
