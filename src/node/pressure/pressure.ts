/**
 * Watches over what pods can run out of, and makes room: first what nobody misses (ended containers,
 * unused images), then one pod at a time. Looked at with the node's own status, at once when the kernel
 * ended somebody for lack of memory, and every second while a threshold is near.
 */
import type { Pod } from '#api/types.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import {
  type Candidate,
  choosePod,
  evictionMessage,
  resourceOf,
  type Usage,
} from '../decide/pressure/choose-pod.ts';
import {
  type Amount,
  type Amounts,
  conditionOf,
  nothingObserved,
  type Observation,
  observe,
  type PressureCondition,
  type Starved,
} from '../decide/pressure/observe.ts';
import type { NodeSettings } from '../decide/node-settings.ts';
import type { ImageCollector } from '../images/image-collector.ts';

/** A pod that may be ended. */
export interface Evictable {
  readonly pod: Pod;
  /** It is ending already, or over. */
  readonly isLeaving: boolean;
  evict(message: string, graceSeconds: number): void;
}

export interface PressureOptions {
  readonly settings: NodeSettings;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly amounts: () => Promise<Amounts>;
  readonly pods: () => readonly Evictable[];
  readonly usageOf: (pod: Pod) => Promise<Usage>;
  readonly images: ImageCollector;
  /** Ended containers that nobody will start again. Answers how many there were. */
  readonly removeEnded: () => Promise<number>;
  /** Something to say of the node: an event. */
  readonly tell: (reason: string, message: string) => void;
  /** Look now, and say so. */
  readonly changed: () => void;
}

const closeLookMs = 1_000;
/** The kubelet collects images so often, and tells each time that it was not enough. */
const tellFullMs = 5 * 60_000;
/** Of a hard eviction: there is no time for more. */
const hardGraceSeconds = 1;

export class Pressure {
  readonly #options: PressureOptions;
  #last: Observation | undefined;
  #timer: Timer | undefined;
  #freeing = false;
  /** When it was told that images alone do not free their disk. */
  #toldFullAtMs: number | undefined;
  #stopped = false;

  constructor(options: PressureOptions) {
    this.#options = options;
  }

  get conditions(): ReadonlySet<PressureCondition> {
    return this.#last?.conditions ?? new Set();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async look(): Promise<ReadonlySet<PressureCondition>> {
    const { settings, clock, timers, amounts, changed } = this.#options;
    const found = await amounts();
    const before = this.#last?.memory ?? nothingObserved;
    const seen = observe(found, settings, before, clock.monotonic());
    this.#last = seen;
    if (this.#stopped) return seen.conditions;
    const disk = found.get('imagefs.available');
    const full = disk && isFull(disk, settings) ? disk : undefined;
    if (!full) this.#toldFullAtMs = undefined;
    if (!this.#freeing) {
      this.#freeing = true;
      void this.#free(seen.starved, full).finally(() => {
        this.#freeing = false;
      });
    }
    if (seen.isClose && !this.#timer) {
      this.#timer = timers.after(closeLookMs, () => {
        this.#timer = undefined;
        changed();
      });
    }
    return seen.conditions;
  }

  async #free(starved: readonly Starved[], full: Amount | undefined): Promise<void> {
    const { images, logger, tell } = this.#options;
    try {
      await images.look();
      if (full) await this.#collectImages(full);
      for (const one of starved) {
        tell('EvictionThresholdMet', `Attempting to reclaim ${resourceOf(one.signal)}`);
        if (conditionOf(one.signal) === 'DiskPressure' && (await this.#tidied(one))) return;
        if (await this.#evict(one)) return;
      }
    } catch (error) {
      logger.warn('cannot make room on the node', { error: wordsOf(error) });
    }
  }

  async #collectImages(disk: Amount): Promise<void> {
    const { images, settings, clock, tell } = this.#options;
    const used = disk.capacity - disk.available;
    const wanted = used - settings.imageLowPart * disk.capacity;
    const freed = await images.collect(wanted);
    const now = clock.monotonic();
    const since = now - (this.#toldFullAtMs ?? Number.NEGATIVE_INFINITY);
    if (freed >= wanted || since < tellFullMs) return;
    this.#toldFullAtMs = now;
    tell('FreeDiskSpaceFailed', fullMessage(disk, freed));
  }

  /**
   * Answers whether what nobody misses was enough. containerd gives the disk of a container back a little
   * after its removal, so that nobody else has to go before the next look.
   */
  async #tidied({ signal, threshold }: Starved): Promise<boolean> {
    const { images, removeEnded, amounts } = this.#options;
    const removed = await removeEnded();
    await images.collect(Number.POSITIVE_INFINITY);
    if (removed > 0) return true;
    const now = (await amounts()).get(signal);
    return now !== undefined && now.available >= threshold;
  }

  async #evict(starved: Starved): Promise<boolean> {
    const { pods, usageOf, settings, logger } = this.#options;
    const all = pods();
    // One that is on its way out may be what is needed.
    if (all.some(({ isLeaving, pod }) => isLeaving && pod.status?.phase === 'Running')) return true;
    const candidates = await Promise.all(
      all
        .filter(({ isLeaving }) => !isLeaving)
        .map(async (evictable) => ({
          evictable,
          pod: evictable.pod,
          usage: await usageOf(evictable.pod),
        })),
    );
    const chosen = choosePod(candidates, starved);
    const evictable = candidates.find(({ pod }) => pod === chosen?.pod)?.evictable;
    if (!chosen || !evictable) return false;
    const message = evictionMessage(chosen, starved);
    logger.warn('evicting a pod', { pod: nameOf(chosen), message });
    evictable.evict(message, graceOf(chosen, starved, settings));
    return true;
  }
}

function isFull({ available, capacity }: Amount, { imageHighPart }: NodeSettings): boolean {
  return capacity - available > imageHighPart * capacity;
}

/** In the kubelet's words. */
function fullMessage({ available, capacity }: Amount, freed: number): string {
  const percent = Math.round((1 - available / capacity) * 100);
  return (
    `Insufficient free disk space on the node's image filesystem (${percent}% of ${sizeOf(capacity)} used). ` +
    `Failed to free sufficient space by deleting unused images (freed ${freed} bytes). ` +
    'Investigate disk usage, as it could be used by active images, logs, volumes, or other data.'
  );
}

function sizeOf(bytes: number): string {
  const gibi = 2 ** 30;
  return bytes < gibi ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / gibi).toFixed(1)} GiB`;
}

function graceOf({ pod }: Candidate, { hard }: Starved, settings: NodeSettings): number {
  if (hard) return hardGraceSeconds;
  const own = pod.spec?.terminationGracePeriodSeconds ?? 30;
  return Math.max(1, Math.min(own, settings.maxPodGraceSeconds ?? own));
}

const nameOf = ({ pod: { metadata } }: Candidate): string =>
  `${metadata.namespace}/${metadata.name}`;
