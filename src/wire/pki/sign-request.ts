/**
 * Signs a certificate request (PKCS #10) of somebody who keeps the key: subject, names and public key
 * are the request's, everything else is the authority's. Load it with `import()`, as `certificate.ts`.
 */
import 'reflect-metadata'; // The library's injection container stops without it, so it comes first.
import { createPrivateKey, createPublicKey, X509Certificate as ReadCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { KeyPair } from './key-pair.ts';

export interface SigningOrder {
  /** PEM. */
  readonly request: string;
  /** As the API names them: `digital signature`, `client auth`. */
  readonly usages: readonly string[];
  readonly notBeforeMs: number;
  /** Not beyond the authority's own end. */
  readonly notAfterMs: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

const keyUsages: Readonly<Record<string, KeyUsageFlags>> = {
  'digital signature': KeyUsageFlags.digitalSignature,
  'key encipherment': KeyUsageFlags.keyEncipherment,
};
const extendedUsages: Readonly<Record<string, ExtendedKeyUsage>> = {
  'server auth': ExtendedKeyUsage.serverAuth,
  'client auth': ExtendedKeyUsage.clientAuth,
};

/** PEM. Rejects when the request is not signed with its own key. */
export async function signRequest(authority: KeyPair, order: SigningOrder): Promise<string> {
  const request = new Pkcs10CertificateRequest(order.request);
  if (!(await request.verify())) throw new Error('the request is not signed with its own key');
  const certificate = await X509CertificateGenerator.create({
    subject: request.subjectName,
    issuer: new X509Certificate(authority.certificate).subjectName,
    notBefore: new Date(order.notBeforeMs),
    notAfter: new Date(Math.min(order.notAfterMs, endOf(authority))),
    publicKey: request.publicKey,
    signingKey: createPrivateKey(authority.key).toCryptoKey(algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [
      ...usageExtensions(order.usages),
      new BasicConstraintsExtension(false, undefined, true),
      await AuthorityKeyIdentifierExtension.create(
        createPublicKey(authority.key).export({ type: 'spki', format: 'der' }),
      ),
      ...namesOf(request),
    ],
  });
  return `${certificate.toString('pem').trimEnd()}\n`;
}

function endOf({ certificate }: KeyPair): number {
  return Date.parse(new ReadCertificate(certificate).validTo);
}

function usageExtensions(usages: readonly string[]): Extension[] {
  const flags = usages.reduce((sum, usage) => sum | (keyUsages[usage] ?? 0), 0);
  const extended = usages.flatMap((usage) => extendedUsages[usage] ?? []);
  return [
    // One without a single usage is none that others accept.
    ...(flags === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
    ...(extended.length > 0 ? [new ExtendedKeyUsageExtension(extended)] : []),
  ];
}

function namesOf(request: Pkcs10CertificateRequest): Extension[] {
  return request.extensions.filter((each) => each instanceof SubjectAlternativeNameExtension);
}
