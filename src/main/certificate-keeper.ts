/**
 * Keeps the cluster's certificates alive while the program runs: looks at their ends from time to
 * time, makes new ones early, and tells whoever serves them. Nobody's connection is cut for it.
 */
import type { Clock, Timer, Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Logger } from '#base/log.ts';
import type { Files } from '#sys/files.ts';
import { type ClusterPki, openPki, type PkiNames } from './pki-store.ts';

export interface CertificateKeeperOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
  readonly folder: string;
  readonly names: PkiNames;
}

export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #listeners = new Set<(pki: ClusterPki) => void>();
  #pki: ClusterPki;
  #timer: Timer | undefined;
  #stopped = false;

  /** Reads, makes and renews what the start needs. */
  static async open(options: CertificateKeeperOptions): Promise<CertificateKeeper> {
    return new CertificateKeeper(options, await open(options));
  }

  private constructor(options: CertificateKeeperOptions, pki: ClusterPki) {
    this.#options = options;
    this.#pki = pki;
    this.#wait();
  }

  get pki(): ClusterPki {
    return this.#pki;
  }

  /** Called after each renewal. */
  onRenewal(listener: (pki: ClusterPki) => void): void {
    this.#listeners.add(listener);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.timers.after(limits.certificateLookMs, () => {
      void this.#look().finally(() => this.#wait());
    });
  }

  /** A disk that is full leaves the old ones in use; there is time for many more looks. */
  async #look(): Promise<void> {
    const { log } = this.#options;
    try {
      const before = this.#pki;
      this.#pki = await open(this.#options);
      const renewed = (['authority', 'apiServer', 'gateway', 'admin'] as const).filter(
        (name) => before[name].certificate !== this.#pki[name].certificate,
      );
      if (renewed.length === 0) return;
      log.info('certificates renewed', { certificates: renewed });
      for (const listener of this.#listeners) listener(this.#pki);
    } catch (error) {
      log.error('certificates could not be renewed; trying again', { error: String(error) });
    }
  }
}

function open({ files, clock, folder, names }: CertificateKeeperOptions): Promise<ClusterPki> {
  return openPki(files, clock, folder, names);
}
