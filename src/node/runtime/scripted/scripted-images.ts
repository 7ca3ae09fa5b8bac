import type { Timers } from '#base/clock.ts';
import { normalImageName } from '#api/image-name.ts';
import { RuntimeError } from '../runtime-error.ts';
import type { Images, RuntimeEvent, RuntimeImage } from '../runtime.ts';
import type { Script } from './script.ts';

/** Images that exist as names only. */
export function scriptedImages(
  script: Script,
  timers: Timers,
  emit: (event: RuntimeEvent) => void,
): Images {
  const pulled = new Map<string, RuntimeImage>();
  const imageOf = (name: string): RuntimeImage => ({
    id: `sha256:${name}`,
    tags: [name],
    digests: [],
    sizeBytes: script.image(name).sizeBytes ?? 1_000_000,
    uid: undefined,
    username: '',
  });
  const normal = (image: string): string => normalImageName(image) ?? image;
  return {
    list: () => Promise.resolve([...pulled.values()]),
    status: (image) => {
      const name = normal(image);
      const found = pulled.get(name) ?? (script.image(name).present ? imageOf(name) : undefined);
      return Promise.resolve(found);
    },
    pull: async (image) => {
      const name = normal(image);
      const { pullMs = 0, error } = script.image(name);
      if (pullMs > 0) await new Promise<void>((resolve) => timers.after(pullMs, resolve));
      if (error !== undefined) throw new RuntimeError('Failed', error);
      pulled.set(name, imageOf(name));
      emit({ type: 'images' });
      return `sha256:${name}`;
    },
    remove: (image) => {
      pulled.delete(normal(image));
      emit({ type: 'images' });
      return Promise.resolve();
    },
  };
}
