/**
 * Certificates out of Secrets. The server takes any text for one; HAProxy would refuse its whole
 * configuration for a single bad one, and with it everybody's changes.
 */
import { certificateIn } from '#api/kinds/ingresses/certificate.ts';
import type { Secret } from '#api/types.ts';
import { rememberedOf } from '#base/remembered.ts';
import { servingProblem } from '#wire/pki/serving-problem.ts';

/** Chain and key in PEM, or why they cannot be served, for a person. */
export type ReadCertificate = { readonly pem: string } | { readonly problem: string };

export const pemOf = rememberedOf((secret: Secret): ReadCertificate => {
  const found = certificateIn(secret);
  if ('problem' in found) return found;
  const { chain, key } = found;
  const problem = servingProblem(chain, key);
  return problem === undefined ? { pem: `${chain}\n${key}\n` } : { problem };
});
