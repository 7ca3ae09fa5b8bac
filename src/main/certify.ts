/** The cluster's authority for certificate requests: the key stays here. */
import type { CertificateSigningRequest } from '#api/types.ts';
import type { Clock } from '#base/clock.ts';
import type { Certify } from '#client/carry-out.ts';
import type { KeyPair } from '#wire/pki/key-pair.ts';

/** As kube-controller-manager's --cluster-signing-duration. */
const usualSeconds = 365 * 24 * 60 * 60;
/** A clock that is a little behind must not find a fresh certificate not yet valid. */
const backdateMs = 5 * 60_000;

/** `authority`: as it is at that time; it is renewed. */
export function certifyWith(authority: () => KeyPair, clock: Clock): Certify {
  return async ({ spec }: CertificateSigningRequest) => {
    const { signRequest } = await import('#wire/pki/sign-request.ts');
    const now = clock.now();
    const seconds = Math.min(spec.expirationSeconds ?? usualSeconds, usualSeconds);
    return signRequest(authority(), {
      request: Buffer.from(spec.request, 'base64').toString(),
      usages: spec.usages ?? [],
      notBeforeMs: now - backdateMs,
      notAfterMs: now + seconds * 1000,
    });
  };
}
