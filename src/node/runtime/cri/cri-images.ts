import type { RegistryCredentials } from '#api/keyring.ts';
import type { Images, RuntimeImage } from '../runtime.ts';
import type { CriCall } from './cri-runtime.ts';
import { imageOf } from './convert.ts';
import type { ImageMessage } from './messages.ts';

/** A pull ends when containerd sees no progress; this bound is for a containerd that hangs. */
const pullTimeoutMs = 60 * 60_000;

export function criImages(call: CriCall): Images {
  const imageCall = <T>(method: string, request: object, timeoutMs?: number): Promise<T> =>
    call<T>(`ImageService/${method}`, request, timeoutMs);
  return {
    list: async () => {
      const { images } = await imageCall<{ images: ImageMessage[] }>('ListImages', {});
      return images.map(imageOf);
    },
    status: async (image): Promise<RuntimeImage | undefined> => {
      const answer = await imageCall<{ image: ImageMessage | null }>('ImageStatus', {
        image: { image },
      });
      return answer.image ? imageOf(answer.image) : undefined;
    },
    pull: async (image, credentials) => {
      const { imageRef } = await imageCall<{ imageRef: string }>(
        'PullImage',
        { image: { image }, ...(credentials && { auth: authOf(credentials) }) },
        pullTimeoutMs,
      );
      return imageRef;
    },
    remove: async (image) => {
      await imageCall('RemoveImage', { image: { image } });
    },
  };
}

function authOf(credentials: RegistryCredentials): object {
  const { username, password, identityToken, registryToken } = credentials;
  return { username, password, identityToken, registryToken };
}
