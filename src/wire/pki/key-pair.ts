/** Keys, and what always goes together with one. PEM strings: somebody else keeps them (mode 0600). */
import { generateKeyPairSync } from 'node:crypto';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** ECDSA P-256; PKCS #8, PEM. */
export function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
