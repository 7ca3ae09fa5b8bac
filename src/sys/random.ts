import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Random } from '#base/random.ts';

/** The machine's generator: cryptographic throughout, so that names and tokens cannot be guessed. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomInt(2 ** 47) / 2 ** 47,
  below: (bound) => randomInt(bound),
  uuid: () => randomUUID(),
};
