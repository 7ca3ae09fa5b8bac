/**
 * X.509 version 3 certificates on ECDSA P-256 keys (RFC 5280), in the shape that Go's and OpenSSL's
 * verifiers expect: names in the SAN, key usages marked critical, key identifiers on both ends.
 *
 * Load this file with `import()`, where a certificate is missing: its library costs a start a fifth
 * of a second of CPU, and a cluster issues certificates about once a year.
 */
import 'reflect-metadata'; // The library's injection container stops without it, so it comes first.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  type JsonNameParams,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { generateKey, type KeyPair } from './key-pair.ts';

export interface CertificateRequest {
  readonly commonName: string;
  /** For a client: its groups. */
  readonly organizations?: readonly string[];
  readonly usage: 'authority' | 'server' | 'client' | 'both';
  /** DNS names and IP addresses that a server answers to. */
  readonly names?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** PEM. Absent: a new one is made. */
  readonly key?: string;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

const extendedUsages = {
  authority: [],
  server: [ExtendedKeyUsage.serverAuth],
  client: [ExtendedKeyUsage.clientAuth],
  both: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
} as const satisfies Record<CertificateRequest['usage'], readonly ExtendedKeyUsage[]>;

/** Signed by `authority`, or by itself when that is absent. */
export async function issueCertificate(
  request: CertificateRequest,
  authority?: KeyPair,
): Promise<KeyPair> {
  const key = request.key ?? generateKey();
  const signingKey = createPrivateKey(authority?.key ?? key);
  const publicKey = publicPart(key);
  const subject = new Name(subjectOf(request));
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: authority ? new X509Certificate(authority.certificate).subjectName : subject,
    notBefore: new Date(request.notBeforeMs),
    notAfter: new Date(request.notAfterMs),
    publicKey,
    signingKey: signingKey.toCryptoKey(algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
    extensions: [
      ...usageExtensions(request),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(publicPart(authority?.key ?? key)),
    ],
  });
  return { certificate: `${certificate.toString('pem').trimEnd()}\n`, key };
}

/** SubjectPublicKeyInfo, DER. */
function publicPart(key: string): Buffer<ArrayBuffer> {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** Groups and user as Kubernetes reads them; UTF-8 whatever they hold, a leading # included. */
function subjectOf({ commonName, organizations = [] }: CertificateRequest): JsonNameParams {
  return [
    ...organizations.map((each) => ({ O: [{ utf8String: each }] })),
    { CN: [{ utf8String: commonName }] },
  ];
}

function usageExtensions({ usage, names = [] }: CertificateRequest): Extension[] {
  const authority = usage === 'authority';
  const signs = authority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : 0;
  const extensions: Extension[] = [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | signs, true),
    new BasicConstraintsExtension(authority, undefined, true),
  ];
  const extended = extendedUsages[usage];
  if (extended.length > 0) extensions.push(new ExtendedKeyUsageExtension([...extended]));
  if (names.length > 0)
    extensions.push(new SubjectAlternativeNameExtension(names.map(generalName)));
  return extensions;
}

function generalName(name: string): JsonGeneralName {
  const version = isIP(name);
  if (version === 0) return { type: 'dns', value: name };
  // The library misreads an IPv4 tail (::ffff:192.0.2.1), which the URL parser writes as two groups.
  const value = version === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
  return { type: 'ip', value };
}
