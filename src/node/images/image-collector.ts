/** Removes images that nothing uses when their file system fills up. */
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import { chooseImages, type ImageAge } from '../decide/choose-images.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { Images, RuntimeImage } from '../runtime/runtime.ts';

export interface ImageCollectorOptions {
  readonly images: Images;
  readonly mirror: RuntimeMirror;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly minimumAgeMs: number;
  /** Names that stay: the sandbox image, and what was brought in by hand. */
  readonly kept: () => Promise<ReadonlySet<string>>;
}

/** As often as the kubelet looks. */
const lookEveryMs = 5 * 60_000;

export class ImageCollector {
  readonly #options: ImageCollectorOptions;
  readonly #seen = new Map<string, { firstSeenMs: number; lastUsedMs: number }>();
  #lookedAtMs: number | undefined;

  constructor(options: ImageCollectorOptions) {
    this.#options = options;
  }

  /** Of images that may go, so many that about `bytes` are freed; answers how many were. */
  async collect(bytes: number): Promise<number> {
    const { images, clock, logger, minimumAgeMs } = this.#options;
    let freed = 0;
    for (const { id, sizeBytes } of chooseImages(
      await this.#ages(),
      bytes,
      minimumAgeMs,
      clock.monotonic(),
    )) {
      try {
        await images.remove(id);
        this.#seen.delete(id);
        freed += sizeBytes;
        logger.info('removed an image that nothing uses', { id, sizeBytes });
      } catch (error) {
        logger.warn('cannot remove an image', { id, error: wordsOf(error) });
      }
    }
    return freed;
  }

  /** Notes what is there and what is in use, so that ages mean something; nothing, when that was done lately. */
  async look(): Promise<void> {
    const since = this.#options.clock.monotonic() - (this.#lookedAtMs ?? Number.NEGATIVE_INFINITY);
    if (since >= lookEveryMs) await this.#ages();
  }

  async #ages(): Promise<ImageAge[]> {
    const { images, clock, kept, minimumAgeMs } = this.#options;
    const now = clock.monotonic();
    // What was there before the node began has been there for long enough.
    const begin = this.#lookedAtMs === undefined ? now - minimumAgeMs : now;
    const [all, names] = await Promise.all([images.list(), kept()]);
    this.#lookedAtMs = now;
    const used = this.#usedReferences();
    const known = new Set(all.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!known.has(id)) this.#seen.delete(id);
    return all.map((image) => {
      const { id, sizeBytes, tags } = image;
      const before = this.#seen.get(id) ?? { firstSeenMs: begin, lastUsedMs: begin };
      const inUse = isUsed(image, used);
      const seen = inUse ? { ...before, lastUsedMs: now } : before;
      this.#seen.set(id, seen);
      return { id, sizeBytes, inUse, kept: tags.some((tag) => names.has(tag)), ...seen };
    });
  }

  /** Of all containers that are kept, ended ones too: their pod may start them again. */
  #usedReferences(): ReadonlySet<string> {
    const { mirror } = this.#options;
    const used = new Set<string>();
    for (const uid of mirror.podUids()) {
      for (const { image, imageRef } of mirror.containersOf(uid)) used.add(image).add(imageRef);
    }
    return used;
  }
}

function isUsed({ id, tags, digests }: RuntimeImage, used: ReadonlySet<string>): boolean {
  return [id, ...tags, ...digests].some((name) => used.has(name));
}
