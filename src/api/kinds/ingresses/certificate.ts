/** The certificate of a Secret that an Ingress names. Source: core/v1 Secret, type kubernetes.io/tls. */
import { textOfBase64 } from '../../base64-text.ts';
import type { Secret } from '../../types.ts';

/** PEM, as it stands there; whether it can be served is not looked at. */
export type CertificateText =
  | { readonly chain: string; readonly key: string }
  /** For a person. */
  | { readonly problem: string };

/** A Secret of type Opaque does as well, but nobody has looked whether it has both keys. */
export function certificateIn({ data = {} }: Secret): CertificateText {
  const [chain = '', key = ''] = ['tls.crt', 'tls.key'].map((name) =>
    (textOfBase64(data[name] ?? '') ?? '').trim(),
  );
  if (chain === '') return { problem: 'it has no certificate in "tls.crt"' };
  return key === '' ? { problem: 'it has no key in "tls.key"' } : { chain, key };
}
