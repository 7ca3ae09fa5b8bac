/**
 * A small HTTPS client: kept-alive connections, a client certificate or a bearer token, whole bodies
 * or streams of lines. Answers of any status are answers; only a broken connection rejects.
 */
import { limits } from '#base/limits.ts';
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { StatusError } from '#base/status-error.ts';

export interface HttpClientOptions {
  /** `https://host:port`, without a path; `http://` for tests and local agents. */
  readonly baseUrl: string;
  /** PEM. Absent: the machine's roots. */
  readonly authorities?: string | undefined;
  /** PEM, both or none. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Asked before each request, since tokens are renewed. */
  readonly token?: (() => string | undefined) | undefined;
  /** Name to verify instead of the URL's host. */
  readonly serverName?: string | undefined;
  /** Accepts any server certificate. For people's explicit wish only. */
  readonly insecure?: boolean | undefined;
  readonly connectionsMax?: number | undefined;
  /** Silence after which a request (not a stream) fails. */
  readonly timeoutMs?: number | undefined;
}

export interface ClientRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface ClientResponse {
  readonly status: number;
  /** By lower-case name; the first value. */
  header(name: string): string | undefined;
}

export interface WholeResponse extends ClientResponse {
  readonly body: Uint8Array;
  text(): string;
  json(): unknown;
}

export interface StreamedResponse extends ClientResponse {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Lines without their end; the last one need not have one. */
  lines(): AsyncGenerator<string>;
  close(): void;
}

const defaultTimeoutMs = 60_000;

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #base: URL;
  readonly #agent: PlainAgent;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#base = new URL(options.baseUrl);
    const pool = { keepAlive: true, maxSockets: options.connectionsMax ?? 256, maxFreeSockets: 16 };
    this.#agent =
      this.#base.protocol === 'http:'
        ? new PlainAgent(pool)
        : new Agent({
            ...pool,
            ca: options.authorities,
            cert: options.certificate,
            key: options.key,
            servername: options.serverName,
            rejectUnauthorized: options.insecure !== true,
          });
  }

  async request(request: ClientRequest): Promise<WholeResponse> {
    const message = await this.#send(request, this.#options.timeoutMs ?? defaultTimeoutMs);
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    return {
      ...headOf(message),
      body,
      text: () => body.toString('utf8'),
      json: () => JSON.parse(body.toString('utf8')) as unknown,
    };
  }

  /** No time limit: a stream may be silent for hours. */
  async open(request: ClientRequest): Promise<StreamedResponse> {
    const message = await this.#send(request, 0);
    return {
      ...headOf(message),
      chunks: message as AsyncIterable<Uint8Array>,
      lines: () => linesOf(message as AsyncIterable<Buffer>),
      close: () => message.destroy(),
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(request: ClientRequest, timeoutMs: number): Promise<IncomingMessage> {
    const send = this.#base.protocol === 'http:' ? plainRequest : secureRequest;
    const token = this.#options.token?.();
    return new Promise((resolve, reject) => {
      const outgoing = send(
        {
          agent: this.#agent,
          host: this.#base.hostname.replace(/^\[|\]$/g, ''),
          port: this.#base.port || (this.#base.protocol === 'http:' ? 80 : 443),
          method: request.method,
          path: request.path,
          headers: {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(request.body === undefined ? {} : { 'content-length': byteLength(request.body) }),
            ...(request.headers as Record<string, string | string[]> | undefined),
          },
          ...(request.signal ? { signal: request.signal } : {}),
        },
        resolve,
      );
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error('no answer in time')));
      const fail = (cause: Error): void =>
        reject(
          new StatusError('ServiceUnavailable', `${this.#base.host}: ${cause.message}`, undefined, {
            cause,
          }),
        );
      outgoing.on('error', fail);
      // Without this, the connection would end and nothing be said of it.
      outgoing.on('upgrade', (_, socket) => {
        socket.destroy();
        fail(new Error('another protocol was answered, for which nobody asked'));
      });
      outgoing.end(request.body);
    });
  }
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

function headOf(message: IncomingMessage): ClientResponse {
  return {
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > limits.streamLineBytes)
      throw new Error(`a line is longer than ${limits.streamLineBytes} bytes`);
  }
  if (parts.length > 0) yield Buffer.concat(parts).toString('utf8');
}
