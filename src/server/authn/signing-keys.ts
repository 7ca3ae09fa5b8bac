/** The keys behind service-account tokens: one signs, all verify, so that a key can be replaced. */
import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  exportJWK,
  importPKCS8,
  type JWK,
} from 'jose';
import { assert } from '#base/assert.ts';

export interface SigningKeys {
  /** A compact JWS over the claims. */
  sign(claims: object): Promise<string>;
  /** The claims of a token that one of the keys signed; rejects otherwise. Times are not looked at. */
  verify(token: string): Promise<unknown>;
  /** For others that verify: RFC 7517. */
  readonly publicKeys: readonly JWK[];
  readonly algorithms: readonly string[];
}

interface LoadedKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** PEM, PKCS #8, ECDSA P-256 or RSA. The first key signs. */
export async function loadSigningKeys(pems: readonly string[]): Promise<SigningKeys> {
  const keys = await Promise.all(pems.map(load));
  const [first] = keys;
  assert(first, 'a key to sign service-account tokens with');
  const byId = new Map(keys.map((key) => [key.id, key]));
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    publicKeys: keys.map(({ publicJwk }) => publicJwk),
    algorithms: [...new Set(keys.map(({ algorithm }) => algorithm))],
    sign: (claims) =>
      new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: first.algorithm, kid: first.id })
        .sign(first.privateKey),
    verify: async (token) => {
      const { payload } = await compactVerify(token, ({ kid, alg }) => {
        const key = byId.get(kid ?? '');
        if (!key || key.algorithm !== alg) throw new Error('no key of ours signed the token');
        return key.publicJwk;
      });
      return JSON.parse(decoder.decode(payload)) as unknown;
    },
  };
}

async function load(pem: string): Promise<LoadedKey> {
  const { key, algorithm } = await importEither(pem);
  // Extractable only here: the public half is what leaves.
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicPart } = await exportJWK(key);
  const id = await calculateJwkThumbprint(publicPart);
  const publicJwk = { use: 'sig', kid: id, alg: algorithm, ...publicPart };
  return { id, algorithm, privateKey: key, publicJwk };
}

async function importEither(pem: string): Promise<{ key: CryptoKey; algorithm: string }> {
  try {
    return { key: await importPKCS8(pem, 'ES256', { extractable: true }), algorithm: 'ES256' };
  } catch {
    return { key: await importPKCS8(pem, 'RS256', { extractable: true }), algorithm: 'RS256' };
  }
}
