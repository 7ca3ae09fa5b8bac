/** The cluster's certificate authority and the kinds of certificates that gantry hands out. */
import { X509Certificate } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { CertificateRequest } from './certificate.ts';
import type { KeyPair } from './key-pair.ts';

const dayMs = 24 * 60 * 60_000;
/** A clock that is a little behind must not find a fresh certificate not yet valid. */
const backdateMs = 5 * 60_000;

export const validityDays = { authority: 3650, server: 365, client: 365 } as const;

export function createAuthority(clock: Clock, commonName = 'gantry-ca'): Promise<KeyPair> {
  return issue({ commonName, usage: 'authority', ...validFor(clock, validityDays.authority) });
}

/**
 * A new certificate of the same name and key: what it has signed stays good, and whoever trusts the
 * old one trusts what it will sign, until the old one ends.
 */
export function renewAuthority(authority: KeyPair, clock: Clock): Promise<KeyPair> {
  const commonName = new X509Certificate(authority.certificate).subject.replace(/^CN=/, '');
  const { key } = authority;
  return issue({ commonName, usage: 'authority', key, ...validFor(clock, validityDays.authority) });
}

export interface ServerNames {
  readonly commonName: string;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
}

export function issueServer(
  authority: KeyPair,
  clock: Clock,
  server: ServerNames,
): Promise<KeyPair> {
  return issue({ ...server, usage: 'server', ...validFor(clock, validityDays.server) }, authority);
}

export interface ClientIdentity {
  /** The user's name. */
  readonly commonName: string;
  /** The user's groups. */
  readonly organizations?: readonly string[];
}

export function issueClient(
  authority: KeyPair,
  clock: Clock,
  identity: ClientIdentity,
): Promise<KeyPair> {
  return issue(
    { ...identity, usage: 'client', ...validFor(clock, validityDays.client) },
    authority,
  );
}

/** A node serves its own API and is a client of the server, with one certificate. */
export function issueNode(
  authority: KeyPair,
  clock: Clock,
  node: string,
  addresses: readonly string[],
): Promise<KeyPair> {
  return issue(
    {
      commonName: `system:node:${node}`,
      organizations: ['system:nodes'],
      names: [node, ...addresses],
      usage: 'both',
      ...validFor(clock, validityDays.client),
    },
    authority,
  );
}

/** The names under which pods and people reach the API server. */
export function apiServerNames(
  clusterDomain: string,
  serviceIP: string,
  others: readonly string[],
): string[] {
  const service = 'kubernetes.default.svc';
  const names = [
    'kubernetes',
    'kubernetes.default',
    service,
    `${service}.${clusterDomain}`,
    'localhost',
    '127.0.0.1',
    '::1',
    serviceIP,
    ...others,
  ];
  return [...new Set(names)];
}

export interface CertificateFacts {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DNS names and IP addresses of the SAN, as written. */
  readonly names: readonly string[];
}

export function readCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .map((each) => each.replace(/^(DNS|IP Address):/, ''))
      .filter((each) => each !== ''),
  };
}

/** Renewal is due when less than a third of the life is left: time enough to notice failures. */
export function renewalDue(pem: string, nowMs: number): boolean {
  const { notBeforeMs, notAfterMs } = readCertificate(pem);
  return nowMs >= notAfterMs - (notAfterMs - notBeforeMs) / 3;
}

/** True when the certificate serves every one of these names and `authority` signed it. */
export function stillServes(
  certificate: string,
  authority: string,
  names: readonly string[],
): boolean {
  const parsed = new X509Certificate(certificate);
  if (!parsed.verify(new X509Certificate(authority).publicKey)) return false;
  return names.every((name) =>
    /^[\d.]+$|:/.test(name)
      ? parsed.checkIP(name) !== undefined
      : parsed.checkHost(name) !== undefined,
  );
}

/** Certificates are read with Node's own means; only who needs a new one pays for the library. */
async function issue(request: CertificateRequest, authority?: KeyPair): Promise<KeyPair> {
  const { issueCertificate } = await import('./certificate.ts');
  return issueCertificate(request, authority);
}

function validFor(
  clock: Clock,
  days: number,
): Pick<CertificateRequest, 'notBeforeMs' | 'notAfterMs'> {
  const now = clock.now();
  return { notBeforeMs: now - backdateMs, notAfterMs: now + days * dayMs };
}
