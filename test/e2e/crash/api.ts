/** The API as a client of one's own sees it: each request on a connection of its own, nothing retried. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import type { Cluster } from '../harness.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

export class Api {
  readonly #connection: {
    readonly host: string;
    readonly port: number;
    readonly ca: Buffer;
    readonly cert: Buffer;
    readonly key: Buffer;
  };

  static async of(cluster: Cluster): Promise<Api> {
    const { addresses, paths } = await cluster.status();
    return new Api(new URL(addresses.api), join(paths.data, 'pki'));
  }

  private constructor({ hostname, port }: URL, pki: string) {
    const read = (name: string): Buffer => readFileSync(join(pki, name));
    this.#connection = {
      host: hostname,
      port: Number(port),
      ca: read('ca.crt'),
      cert: read('admin.crt'),
      key: read('admin.key'),
    };
  }

  /** Settles with the head of the answer; rejects when the connection fails before. */
  open(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({
        ...this.#connection,
        method,
        path,
        agent: false,
        headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      });
      asked.on('response', resolve);
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Rejects when the connection fails before the whole answer is here. */
  async ask(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const answer = await this.open(method, path, body);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
  }

  async read<T>(path: string): Promise<T> {
    const { status, body } = await this.ask('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  }
}
