/**
 * Certificates out of Secrets. The server takes any text for one; HAProxy would refuse its whole
 * configuration for a single bad one, and with it everybody's changes.
 */
import { keyOf } from '#api/object.ts';
import type { Secret } from '#api/types.ts';
import type { Logger } from '#base/log.ts';
import { servingProblem } from '#wire/pki/serving-problem.ts';

export class Certificates {
  readonly #logger: Logger;
  readonly #decode: (base64: string) => string;
  /** Secrets are frozen: what was found about one holds as long as it is there. */
  readonly #known = new WeakMap<Secret, string>();

  constructor(logger: Logger, decodeBase64: (text: string) => string) {
    this.#logger = logger;
    this.#decode = decodeBase64;
  }

  /** Chain and key in PEM; undefined for what cannot be served, which is told once. */
  pemOf(secret: Secret): string | undefined {
    let pem = this.#known.get(secret);
    if (pem === undefined) {
      pem = this.#read(secret);
      this.#known.set(secret, pem);
    }
    return pem === '' ? undefined : pem;
  }

  #read(secret: Secret): string {
    const [chain, key] = ['tls.crt', 'tls.key'].map((name) =>
      this.#decode(secret.data?.[name] ?? '').trim(),
    );
    const problem = servingProblem(chain ?? '', key ?? '');
    if (problem === undefined) return `${chain}\n${key}\n`;
    this.#logger.warn('a Secret holds no certificate that the gateway can serve', {
      secret: keyOf(secret),
      problem,
    });
    return '';
  }
}
