/**
 * Certificates out of Secrets. The server takes any text for one; HAProxy would refuse its whole
 * configuration for a single bad one, and with it everybody's changes.
 */
import { certificateIn } from '#api/kinds/ingresses/certificate.ts';
import type { Secret } from '#api/types.ts';
import { servingProblem } from '#wire/pki/serving-problem.ts';

/** Chain and key in PEM, or why they cannot be served, for a person. */
export type ReadCertificate = { readonly pem: string } | { readonly problem: string };

export class Certificates {
  readonly #decode: (base64: string) => string;
  /** Secrets are frozen: what was found about one holds as long as it is there. */
  readonly #known = new WeakMap<Secret, ReadCertificate>();

  constructor(decodeBase64: (text: string) => string) {
    this.#decode = decodeBase64;
  }

  pemOf(secret: Secret): ReadCertificate {
    const known = this.#known.get(secret) ?? this.#read(secret);
    this.#known.set(secret, known);
    return known;
  }

  #read(secret: Secret): ReadCertificate {
    const found = certificateIn(secret, this.#decode);
    if ('problem' in found) return found;
    const { chain, key } = found;
    const problem = servingProblem(chain, key);
    return problem === undefined ? { pem: `${chain}\n${key}\n` } : { problem };
  }
}
