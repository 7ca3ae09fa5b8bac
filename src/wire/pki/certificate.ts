/**
 * X.509 version 3 certificates on ECDSA P-256 keys (RFC 5280), in the shape that Go's and OpenSSL's
 * verifiers expect: names in the SAN, key usages marked critical, key identifiers on both ends.
 * Nothing here touches files: PEM strings in and out, somebody else keeps them (keys with mode 0600).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  bits,
  boolean,
  concat,
  context,
  contextPrimitive,
  type Der,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

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
}

const ids = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

/** PKCS #8, PEM. */
export function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Signed by `authority`, or by itself when that is absent. A new key is made unless one is given. */
export function issueCertificate(
  request: CertificateRequest,
  authority?: KeyPair,
  keyPem: string = generateKey(),
): KeyPair {
  const key = createPrivateKey(keyPem);
  const publicKey = createPublicKey(key);
  const signer = authority ? createPrivateKey(authority.key) : key;
  const issuer = authority
    ? subjectBytes(new X509Certificate(authority.certificate))
    : nameOf(request);
  const algorithm = sequence(oid(ids.ecdsaWithSha256));
  const body = sequence(
    context(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    algorithm,
    issuer,
    sequence(time(request.notBeforeMs), time(request.notAfterMs)),
    nameOf(request),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(request, publicKey, createPublicKey(signer)))),
  );
  const signature = sign('sha256', body, { key: signer, dsaEncoding: 'der' });
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, bits(signature))),
    key: keyPem,
  };
}

/** 127 bits, positive and not zero (RFC 5280 allows up to 20 octets). */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function nameOf({ commonName, organizations = [] }: CertificateRequest): Der {
  const part = (type: string, text: string) => set(sequence(oid(type), utf8(text)));
  return sequence(
    ...organizations.map((each) => part(ids.organization, each)),
    part(ids.commonName, commonName),
  );
}

/** The issuer must be byte for byte the subject of its certificate, so it is cut out of it. */
function subjectBytes(certificate: X509Certificate): Der {
  const whole = certificate.raw;
  // The body starts with: version, serial number, algorithm, issuer, validity, subject.
  let slice = readAt(whole, readAt(whole, readAt(whole, 0).content).content);
  for (let skipped = 0; skipped < 5; skipped += 1) slice = readAt(whole, slice.end);
  return whole.subarray(slice.start, slice.end);
}

interface Slice {
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function readAt(whole: Uint8Array, start: number): Slice {
  const first = whole[start + 1] ?? 0;
  if (first < 0x80) return { start, content: start + 2, end: start + 2 + first };
  const count = first & 0x7f;
  let length = 0;
  for (let at = 0; at < count; at += 1) length = length * 256 + (whole[start + 2 + at] ?? 0);
  const content = start + 2 + count;
  return { start, content, end: content + length };
}

function extensions(request: CertificateRequest, own: KeyObject, signer: KeyObject): Der[] {
  const extension = (id: string, critical: boolean, value: Der) =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
  const authority = request.usage === 'authority';
  const list = [
    extension(
      ids.keyUsage,
      true,
      authority ? bits(Uint8Array.of(0x86), 1) : bits(Uint8Array.of(0x80), 7),
    ),
    extension(ids.basicConstraints, true, authority ? sequence(boolean(true)) : sequence()),
    extension(ids.subjectKeyIdentifier, false, octets(keyIdentifier(own))),
    extension(
      ids.authorityKeyIdentifier,
      false,
      sequence(contextPrimitive(0, keyIdentifier(signer))),
    ),
  ];
  const usages: Der[] = [];
  if (request.usage === 'server' || request.usage === 'both') usages.push(oid(ids.serverAuth));
  if (request.usage === 'client' || request.usage === 'both') usages.push(oid(ids.clientAuth));
  if (usages.length > 0) list.push(extension(ids.extendedKeyUsage, false, sequence(...usages)));
  const names = (request.names ?? []).map(generalName);
  if (names.length > 0) list.push(extension(ids.subjectAltName, false, sequence(...names)));
  return list;
}

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the key's bits. An identifier, not a promise of safety. */
function keyIdentifier(key: KeyObject): Uint8Array {
  const spki = key.export({ type: 'spki', format: 'der' });
  // The uncompressed point is the last 65 bytes of a P-256 key.
  return createHash('sha1')
    .update(spki.subarray(spki.length - 65))
    .digest();
}

function generalName(name: string): Der {
  const version = isIP(name);
  if (version === 0) return contextPrimitive(2, new TextEncoder().encode(name));
  return contextPrimitive(7, version === 4 ? ipv4Bytes(name) : ipv6Bytes(name));
}

function ipv4Bytes(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted?.[1] && dotted[2]) {
    return concat([ipv6Bytes(`${dotted[1]}0:0`).subarray(0, 12), ipv4Bytes(dotted[2])]);
  }
  const [head = '', tail] = address.split('::');
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array<string>(gap).fill('0'), ...right];
  return Uint8Array.from(
    groups.flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
