/** Asks a server over TLS whatever it is told to, and reads every failure as a Status. */
import assert from 'node:assert/strict';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Status } from '#api/types.ts';
import { HttpClient, type WholeResponse } from '#wire/http/client.ts';
import { type LiveServer, startServer } from '../../e2e-api/cluster.ts';

export interface Refusal {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly code: number;
  readonly reason: string;
  readonly message: RegExp;
  /** Field paths of its causes. */
  readonly fields?: readonly string[];
}

export class Asker {
  readonly server: LiveServer;
  readonly #client: HttpClient;
  readonly #sockets: TLSSocket[] = [];

  private constructor(server: LiveServer) {
    this.server = server;
    this.#client = new HttpClient({
      baseUrl: server.url,
      authorities: server.authority.certificate,
      ...server.admin,
    });
  }

  static async open(): Promise<Asker> {
    return new Asker(await startServer());
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#client.close();
    await this.server.close();
  }

  ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WholeResponse> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    return this.#client.request({
      method,
      path,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    });
  }

  /** As somebody with other credentials, or none. */
  async askAs(
    credentials: { certificate?: string; key?: string; token?: string },
    path: string,
  ): Promise<WholeResponse> {
    const { token, ...pair } = credentials;
    const client = new HttpClient({
      baseUrl: this.server.url,
      authorities: this.server.authority.certificate,
      ...pair,
      ...(token === undefined ? {} : { token: () => token }),
    });
    try {
      return await client.request({ method: 'GET', path });
    } finally {
      client.close();
    }
  }

  async mustMake(path: string, body: object): Promise<void> {
    const answer = await this.ask('POST', path, body);
    assert.equal(answer.status, 201, answer.text());
  }

  async mustRefuse(refusal: Refusal): Promise<void> {
    const { method = 'POST', path, body, headers } = refusal;
    const answer = await this.ask(method, path, body, headers);
    const status = readStatus(answer);
    assert.deepEqual([answer.status, status.reason], [refusal.code, refusal.reason], answer.text());
    assert.match(status.message ?? '', refusal.message);
    if (refusal.fields) {
      assert.deepEqual(
        status.details?.causes?.map(({ field }) => field).toSorted(),
        refusal.fields.toSorted(),
        answer.text(),
      );
    }
  }

  async mustAnswer(): Promise<void> {
    const answer = await this.ask('GET', '/readyz');
    assert.deepEqual([answer.status, answer.text()], [200, 'ok']);
  }

  /** A connection of which the caller decides every byte. */
  socket(options: { half?: boolean } = {}): Promise<RawSocket> {
    const { hostname, port } = new URL(this.server.url);
    const to = {
      host: hostname,
      port: Number(port),
      ca: this.server.authority.certificate,
      cert: this.server.admin.certificate,
      key: this.server.admin.key,
      allowHalfOpen: options.half ?? false,
    };
    return new Promise((resolve, reject) => {
      const socket = connectTls(to, () => resolve(new RawSocket(socket)));
      socket.once('error', reject);
      this.#sockets.push(socket);
    });
  }
}

export function readStatus(answer: WholeResponse): Status {
  assert.match(answer.header('content-type') ?? '', /^application\/json/, answer.text());
  const status = answer.json() as Status;
  assert.equal(status.kind, 'Status', answer.text());
  assert.equal(status.apiVersion, 'v1');
  assert.equal(status.status, 'Failure');
  assert.equal(status.code, answer.status);
  return status;
}

export class RawSocket {
  readonly #socket: TLSSocket;
  readonly #closed: Promise<void>;
  received = '';

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.once('end', () => resolve());
    });
  }

  send(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  finish(): void {
    this.#socket.end();
  }

  get open(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded;
  }

  /** Everything that came until the server closed. */
  async untilClosed(): Promise<string> {
    await this.#closed;
    return this.received;
  }
}
