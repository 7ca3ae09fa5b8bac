/** What TLS knows about the other end, read once per connection. */
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateSubject, Peer } from './message.ts';

/** `socket` may be the stand-in that an HTTP/2 session shows for its socket. */
export function peerOf(socket: TLSSocket): Peer {
  const address = plainAddress(socket.remoteAddress ?? '');
  const certificate = socket.getPeerCertificate();
  if (!certificate || Object.keys(certificate).length === 0) return { address };
  if (!socket.authorized) {
    return { address, certificateError: String(socket.authorizationError ?? 'not verified') };
  }
  return { address, certificate: subjectOf(certificate) };
}

function subjectOf(certificate: PeerCertificate): CertificateSubject {
  return {
    commonName: listOf(certificate.subject.CN)[0] ?? '',
    organizations: listOf(certificate.subject.O),
    serialNumber: certificate.serialNumber,
  };
}

/** Node gives a string for one value and an array for several. */
function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** `::ffff:10.0.0.1` is the way a dual-stack socket shows an IPv4 client. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
