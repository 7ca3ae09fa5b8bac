/**
 * Images of this node: what is there, and pulling what is not. One pull per image at a time, a
 * bounded number of pulls side by side, a pause after each failure that doubles per pod and image.
 */
import { limits } from '#base/limits.ts';
import type { Clock } from '#base/clock.ts';
import { wordsOf } from '#base/words.ts';
import type { ImageFailure } from '../decide/facts.ts';
import { isRuntimeError } from '../runtime/runtime-error.ts';
import type { RegistryCredentials } from '#api/keyring.ts';
import type { Images, RuntimeImage } from '../runtime/runtime.ts';
import { normalImageName } from '#api/image-name.ts';
import { Slots } from '../slots.ts';

export interface ImageRequest {
  readonly podUid: string;
  readonly image: string;
  readonly policy: string | undefined;
  /** To be tried in order, then without any. */
  readonly credentials: () => Promise<readonly RegistryCredentials[]>;
}

export type EnsureResult =
  | { readonly state: 'present' }
  | { readonly state: 'pulled'; readonly tookMs: number; readonly sizeBytes: number }
  | { readonly state: 'failed'; readonly failure: ImageFailure };

const pullsMax = 5;
const firstDelayMs = 10_000;
const mostDelayMs = 300_000;
/** How long the failure itself stands in the status before the waiting does. */
const showFailureMs = 5_000;

export class ImageStore {
  readonly #images: Images;
  readonly #clock: Clock;
  readonly #slots = new Slots(pullsMax);
  readonly #pulls = new Map<string, Promise<string>>();
  readonly #delays = new Map<string, { delayMs: number; lastMs: number }>();
  #known = new Map<string, Promise<RuntimeImage | undefined>>();

  constructor(images: Images, clock: Clock) {
    this.#images = images;
    this.#clock = clock;
  }

  /** Something changed: what is there is asked anew. */
  forget(): void {
    this.#known = new Map();
  }

  status(image: string): Promise<RuntimeImage | undefined> {
    const known = this.#known.get(image);
    if (known) return known;
    const asked = this.#images.status(image);
    this.#known.set(image, asked);
    asked.then(
      (found) => !found && this.#known.get(image) === asked && this.#known.delete(image),
      () => this.#known.get(image) === asked && this.#known.delete(image),
    );
    return asked;
  }

  /** Makes the image be there as the policy asks; `pulling` is called when a pull begins. */
  async ensure(request: ImageRequest, pulling: () => void): Promise<EnsureResult> {
    const { image } = request;
    if (!normalImageName(image)) {
      return this.#failed(request, 'InvalidImageName', invalidName(image));
    }
    const policy = request.policy ?? defaultPolicy(image);
    try {
      const found = policy === 'Always' ? undefined : await this.status(image);
      if (found) return { state: 'present' };
    } catch (error) {
      return this.#failed(request, 'ImageInspectError', wordsOf(error));
    }
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      return this.#failed(request, 'ErrImageNeverPull', message);
    }
    pulling();
    const from = this.#clock.monotonic();
    try {
      await this.#pull(image, await request.credentials());
    } catch (error) {
      const reason = isRuntimeError(error, 'Unavailable') ? 'RegistryUnavailable' : 'ErrImagePull';
      return this.#failed(request, reason, wordsOf(error));
    }
    this.#delays.delete(delayKey(request));
    const sizeBytes = (await this.status(image))?.sizeBytes ?? 0;
    return { state: 'pulled', tookMs: this.#clock.monotonic() - from, sizeBytes };
  }

  #pull(image: string, credentials: readonly RegistryCredentials[]): Promise<string> {
    // Who brings other credentials may be allowed more, and must not ride on another's pull.
    const key = JSON.stringify([image, credentials]);
    const going = this.#pulls.get(key);
    if (going) return going;
    const pull = this.#slots
      .run(() => this.#tryAll(image, credentials))
      .finally(() => {
        this.#pulls.delete(key);
        this.#known.delete(image);
      });
    this.#pulls.set(key, pull);
    return pull;
  }

  async #tryAll(image: string, credentials: readonly RegistryCredentials[]): Promise<string> {
    let last: unknown;
    const ways: (RegistryCredentials | undefined)[] =
      credentials.length > 0 ? [...credentials] : [undefined];
    for (const one of ways) {
      try {
        return await this.#images.pull(image, one);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  #failed(request: ImageRequest, reason: string, message: string): EnsureResult {
    const now = this.#clock.now();
    const steady = this.#clock.monotonic();
    const key = delayKey(request);
    const before = this.#delays.get(key);
    const fresh = !before || steady - before.lastMs > 2 * mostDelayMs;
    const delayMs = fresh ? firstDelayMs : Math.min(before.delayMs * 2, mostDelayMs);
    if (this.#delays.size >= limits.imageFailures) this.#delays.clear();
    this.#delays.set(key, { delayMs, lastMs: steady });
    const pulled = reason === 'ErrImagePull' || reason === 'RegistryUnavailable';
    const words = { reason, message };
    return {
      state: 'failed',
      failure: {
        ...words,
        retryAtMs: now + delayMs,
        showBackOffAtMs: now + Math.min(showFailureMs, delayMs),
        backOff: pulled
          ? {
              reason: 'ImagePullBackOff',
              message: `Back-off pulling image "${request.image}": ${reason}: ${message}`,
            }
          : words,
      },
    };
  }
}

const delayKey = ({ podUid, image }: ImageRequest): string => `${podUid} ${image}`;

function invalidName(image: string): string {
  return `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
}

/** What the API defaults to, for a pod that was stored without it. */
function defaultPolicy(image: string): string {
  const name = normalImageName(image) ?? '';
  return name.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}
