/** Whether a TLS server can serve a certificate that somebody else made. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { wordsOf } from '#base/words.ts';

const certificateText = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** What OpenSSL takes at its security level 2, the default of Debian and Ubuntu. */
const rsaBitsMin = 2048;
const weakDigests = /^(md5|sha1)/i;

/** Why not, for a person; undefined: it can. `chain` begins with the server's own certificate. PEM. */
export function servingProblem(chain: string, key: string): string | undefined {
  const parts = chain.match(certificateText) ?? [];
  if (parts.length === 0) return 'there is no certificate in PEM form';
  try {
    const [own, ...others] = parts.map((each) => new X509Certificate(each));
    if (!own?.checkPrivateKey(createPrivateKey(key)))
      return 'the key belongs to another certificate';
    for (const each of [own, ...others]) {
      const { modulusLength = rsaBitsMin } = each.publicKey.asymmetricKeyDetails ?? {};
      if (modulusLength < rsaBitsMin) return `an RSA key of ${modulusLength} bits is too short`;
      const selfSigned = each.subject === each.issuer;
      if (!selfSigned && weakDigests.test(each.signatureAlgorithm ?? ''))
        return `a signature by ${each.signatureAlgorithm} is too weak`;
    }
    return undefined;
  } catch (error) {
    return `certificate or key cannot be read: ${wordsOf(error)}`;
  }
}

/** `ended on …`, for a person: clients refuse it, though it can be served. Undefined also where none can be read. */
export function timeProblem(chain: string, nowMs: number): string | undefined {
  try {
    const { validFromDate, validToDate } = new X509Certificate(chain);
    if (validToDate.getTime() < nowMs) return `ended on ${validToDate.toISOString()}`;
    return validFromDate.getTime() > nowMs
      ? `begins only on ${validFromDate.toISOString()}`
      : undefined;
  } catch {
    return undefined;
  }
}
