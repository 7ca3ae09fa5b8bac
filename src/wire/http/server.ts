/**
 * The TLS listener: HTTP/2 and HTTP/1.1 on one port (by ALPN), client certificates asked for but not
 * demanded. Everything that a stranger can make large or slow has a bound here.
 */
import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Logger } from '#base/log.ts';
import {
  type HttpHandler,
  type HttpResponse,
  type Peer,
  type ResponseStream,
  textResponse,
} from './message.ts';
import { forwardRequest } from './forward.ts';
import { peerOf } from './peer.ts';
import { readRequest } from './request.ts';
import { type NodeResponse, sendBytes, sendStream } from './send.ts';
import { switchProtocol } from './switch-protocol.ts';

export interface ServingKeys {
  /** PEM: the certificate and what leads from it to a root. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** PEM: who may sign client certificates. */
  readonly clientAuthorities: string;
}

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly keys: ServingKeys;
  readonly handle: HttpHandler;
  readonly timers: Timers;
  readonly log: Logger;
  readonly bodyBytesMax?: number;
  readonly connectionsMax?: number;
  /** For the head of a request, and for all of it. */
  readonly headerMs?: number;
  readonly requestMs?: number;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** For new connections; those that stand keep theirs. */
  replaceKeys(keys: ServingKeys): void;
  /**
   * Refuses new connections, ends streams, lets requests finish for `graceMs`, then cuts what is
   * left. Resolves when all sockets are gone.
   */
  close(graceMs: number): Promise<void>;
}

const idleMs = 180_000;
const requestMs = 60_000;
const handshakeMs = 10_000;
/** So long a refused client may go on sending, before it is cut off. */
const lingerMs = 1_000;
const headerBytes = 64 * 1024;
/** As kube-apiserver: streams that one HTTP/2 connection may have open. */
const streamsPerConnection = 250;

export async function listenHttps(options: HttpServerOptions): Promise<HttpServer> {
  const server = new Listener(options);
  await server.listen();
  return server;
}

class Listener implements HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Http2SecureServer;
  readonly #sockets = new Map<Duplex, { busy: number }>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #streams = new Set<ResponseStream>();
  readonly #peers = new WeakMap<object, Peer>();
  #closing = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createSecureServer({
      allowHTTP1: true,
      ...secureOptions(options.keys),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs,
      settings: { maxConcurrentStreams: streamsPerConnection, initialWindowSize: 1024 * 1024 },
      ...http1Options(options),
    });
    this.#server.maxConnections = options.connectionsMax ?? limits.connections;
    this.#server.on('secureConnection', (socket) => this.#track(socket));
    this.#server.on('session', (session) => this.#trackSession(session));
    this.#server.on('request', (message, response) => void this.#answer(message, response));
    this.#server.on(
      'upgrade',
      (message: IncomingMessage, socket: Duplex, head: Buffer) =>
        void this.#upgrade(message, socket, head),
    );
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
    this.#server.on('clientError', (error, socket) => this.#refuseMalformed(error, socket));
    this.#server.on('sessionError', () => undefined);
  }

  get host(): string {
    return (this.#server.address() as AddressInfo).address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) =>
          this.#options.log.warn('listener', { error: String(error) }),
        );
        resolve();
      });
    });
  }

  replaceKeys(keys: ServingKeys): void {
    this.#server.setSecureContext(secureOptions(keys));
  }

  async close(graceMs: number): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const stream of this.#streams) stream.end();
    for (const session of this.#sessions) session.close();
    for (const [socket, state] of this.#sockets) if (state.busy === 0) socket.destroy();
    const cut = this.#options.timers.after(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
      for (const socket of this.#sockets.keys()) socket.destroy();
    });
    await closed;
    cut.cancel();
  }

  #track(socket: TLSSocket): void {
    const state = { busy: socket.alpnProtocol === 'h2' ? 1 : 0 };
    this.#sockets.set(socket, state);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#closing) socket.destroy();
  }

  #trackSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    session.on('error', () => session.destroy());
    session.setTimeout(idleMs, () => session.close());
    if (this.#closing) session.close();
  }

  #peer(key: object, socket: TLSSocket): Peer {
    let peer = this.#peers.get(key);
    if (!peer) {
      peer = peerOf(socket);
      this.#peers.set(key, peer);
    }
    return peer;
  }

  #request(
    message: IncomingMessage | Http2ServerRequest,
    response: NodeResponse,
    upgrade?: string,
  ) {
    const socket = message.socket as TLSSocket;
    const connection = 'stream' in message ? (message.stream.session ?? socket) : socket;
    return readRequest(message, {
      peer: this.#peer(connection, socket),
      upgrade,
      bodyBytesMax: this.#options.bodyBytesMax ?? limits.requestBodyBytes,
      timers: this.#options.timers,
      bodyMs: this.#options.requestMs ?? requestMs,
      onGone: (callback) => {
        if (response.destroyed || (message.destroyed && !message.complete)) callback();
        else response.once('close', () => !response.writableFinished && callback());
      },
    });
  }

  async #answer(
    message: IncomingMessage | Http2ServerRequest,
    response: NodeResponse,
  ): Promise<void> {
    const state = 'stream' in message ? undefined : this.#sockets.get(message.socket);
    if (state) state.busy += 1;
    response.on('error', () => undefined);
    response.once('close', () => {
      if (state) state.busy -= 1;
      if (state && this.#closing && state.busy === 0) message.socket.destroy();
    });
    const answer = await this.#handled(this.#request(message, response));
    if (answer.type === 'forward') forwardRequest(message, response, answer);
    else this.#send(message, response, answer.type === 'tunnel' ? noUpgrade : answer);
  }

  async #handled(request: Parameters<HttpHandler>[0]): Promise<HttpResponse> {
    try {
      return await this.#options.handle(request);
    } catch (error) {
      this.#options.log.error('request handler failed', {
        path: request.path,
        error: String(error),
      });
      return textResponse(500, 'Internal Server Error');
    }
  }

  #send(
    message: IncomingMessage | Http2ServerRequest,
    response: NodeResponse,
    answer: Exclude<HttpResponse, { type: 'tunnel' | 'forward' }>,
  ): void {
    if (response.destroyed) return;
    // What is left of a body that nobody read would have to be read before the next request.
    if ('assignSocket' in response) {
      if (!message.complete || this.#closing) response.setHeader('connection', 'close');
    }
    if (answer.type === 'bytes') {
      sendBytes(response, answer, {
        acceptsGzip: /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? '')),
        headOnly: message.method === 'HEAD',
      });
      return;
    }
    const stream = sendStream(response, answer);
    this.#streams.add(stream);
    stream.onClose(() => this.#streams.delete(stream));
    if (this.#closing) stream.end();
  }

  /** The rest of what is malformed comes here too, while the refusal is still on its way. */
  #refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
    if (socket.writableEnded) return;
    if (!socket.writable) return void socket.destroy();
    const head = `HTTP/1.1 ${refusalOf(error.code)}`;
    socket.end(`${head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    this.#options.timers.after(lingerMs, () => socket.destroy());
  }

  /** A protocol switch. Whoever asks for one that we do not offer gets a plain answer (RFC 9110, 7.8). */
  async #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(message);
    const request = this.#request(message, response, message.headers.upgrade ?? '');
    const answer = await this.#handled(request);
    if (socket.destroyed) return;
    if (answer.type === 'tunnel' || answer.type === 'forward') {
      const state = this.#sockets.get(socket);
      if (state) state.busy += 1;
      (socket as TLSSocket).setTimeout(0);
      const upgraded = { request: message, socket, head };
      await switchProtocol(upgraded, answer, this.#options.timers);
      (socket as TLSSocket).destroySoon();
      return;
    }
    response.shouldKeepAlive = false;
    response.assignSocket(socket as TLSSocket);
    response.once('finish', () => socket.end());
    this.#send(message, response, answer);
  }
}

const noUpgrade = {
  type: 'bytes',
  status: 400,
  headers: { 'content-type': 'text/plain' },
  body: [Buffer.from('Upgrade request required\n')],
} as const;

function secureOptions(keys: ServingKeys) {
  return { cert: keys.certificate, key: keys.key, ca: keys.clientAuthorities };
}

/** Bounds of the HTTP/1.1 side, whose parser this server shares with `node:http`. */
function http1Options(options: HttpServerOptions) {
  const headersTimeout = options.headerMs ?? limits.requestHeaderMs;
  return {
    maxHeaderSize: headerBytes,
    headersTimeout,
    requestTimeout: options.requestMs ?? requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(2_000, headersTimeout),
  };
}

function refusalOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}
