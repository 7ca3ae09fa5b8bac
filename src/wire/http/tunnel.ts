/**
 * An upgrade request (SPDY/3.1 or WebSocket) replayed to another server on a fresh connection, after
 * which both sides are only bytes to us. What the other server answers, refusal included, is what
 * the client sees.
 */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Duplex, Transform } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterArrivals } from '#sys/timers.ts';

export interface TunnelTarget {
  /** Spoken to with TLS, whoever answers: a Service's own certificate is signed by nobody whom we know. */
  readonly secure?: boolean;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Credentials are for us alone; the other side gets its own in the path. */
const withheld = /^(authorization|cookie|host|impersonate-.*|x-remote-.*|x-forwarded-.*)$/i;
/** How browsers carry a bearer token in a WebSocket handshake (Kubernetes' convention). */
const bearerProtocol = /^base64url\.bearer\.authorization\.k8s\.io\./;
const connectMs = 10_000;

/** Calls `done` once, when the tunnel is over. */
export function openTunnel(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  target: TunnelTarget,
  done: () => void,
): void {
  const upstream = connectTo(target);
  upstream.setTimeout(connectMs, () => upstream.destroy(new Error('connect timed out')));
  let connected = false;
  upstream.once(target.secure ? 'secureConnect' : 'connect', () => {
    connected = true;
    upstream.setTimeout(0);
    upstream.setNoDelay(true);
    upstream.write(requestHead(request, target));
    if (head.length > 0) upstream.write(head);
    client.pipe(readFirst()).pipe(upstream);
    upstream.pipe(client);
  });
  upstream.once('error', (error) => {
    // What it said before the break is still on its way to the client: `close` ends that side.
    if (!connected && !client.destroyed) refuse(client, error);
  });
  client.once('error', () => upstream.destroy());
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => {
    closeSoon(client);
    done();
  });
}

function connectTo({ host, port, secure = false }: TunnelTarget): Socket {
  const place = { host, port, allowHalfOpen: true };
  // HTTP/2 knows no upgrade of this kind.
  const tls = { ...place, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] };
  return secure ? connectTls(tls) : connect(place);
}

/**
 * Lets the other direction be read before each write. The runtime closes when a container ends, and a write
 * that fails then takes a socket down at once, with all that has arrived and has not been read.
 */
export function readFirst(): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => afterArrivals(() => done(null, chunk)),
  });
}

/** What was read from upstream is still delivered; a client that does not take it is cut off. */
function closeSoon(client: Duplex): void {
  if (client.destroyed) return;
  (client as Socket).setTimeout?.(connectMs, () => client.destroy());
  client.end();
}

export function refuse(client: Duplex, error: Error): void {
  const body = `error dialing backend: ${error.message}\n`;
  client.end(
    `HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function requestHead(request: IncomingMessage, target: TunnelTarget): string {
  const lines = [`${request.method} ${target.path} HTTP/1.1`, `Host: ${hostOf(target)}`];
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (withheld.test(name)) continue;
    const value =
      name.toLowerCase() === 'sec-websocket-protocol'
        ? withoutBearer(rawHeaders[at + 1] ?? '')
        : (rawHeaders[at + 1] ?? '');
    if (value !== '') lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutBearer(protocols: string): string {
  return protocols
    .split(',')
    .map((each) => each.trim())
    .filter((each) => !bearerProtocol.test(each))
    .join(', ');
}

function hostOf({ host, port }: TunnelTarget): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
