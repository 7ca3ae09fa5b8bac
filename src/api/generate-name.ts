import type { Random } from '#base/random.ts';

/** No vowels and nothing that looks like another: Kubernetes' alphabet (apimachinery `util/rand`). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestName = 63;

export function randomSuffix(random: Random): string {
  let suffix = '';
  for (let i = 0; i < suffixLength; i++) suffix += alphabet[random.below(alphabet.length)];
  return suffix;
}

/** The base is cut so that the name fits a DNS label. */
export function generateName(base: string, random: Random): string {
  return base.slice(0, longestName - suffixLength) + randomSuffix(random);
}
