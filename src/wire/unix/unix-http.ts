/** HTTP over a unix socket: the door for root on this machine to a running program. */
import { limits } from '#base/limits.ts';
import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import { wordsOf } from '#base/words.ts';

export interface UnixRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  /** Settles when the other side has gone. */
  readonly gone: Promise<void>;
}

export interface UnixAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Instead of `body`: JSON lines, as they come. */
  readonly lines?: AsyncIterable<unknown>;
}

/** The caller removes a socket file that a dead process left, and keeps others out by the folder's mode. */
export async function serveUnix(
  path: string,
  handle: (request: UnixRequest) => Promise<UnixAnswer>,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limits.controlBodyBytes) incoming.destroy();
      else chunks.push(chunk);
    });
    const gone = new Promise<void>((resolve) => response.on('close', resolve));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      handle({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        body: Buffer.concat(chunks).toString('utf8'),
        gone,
      })
        .catch(
          (error: unknown): UnixAnswer => ({
            status: 500,
            body: { message: wordsOf(error) },
          }),
        )
        .then((answer) => send(response, answer))
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(response: ServerResponse, answer: UnixAnswer): Promise<void> {
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  if (answer.lines) {
    for await (const line of answer.lines) response.write(`${JSON.stringify(line)}\n`);
    response.end();
    return;
  }
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

/** Rejects when nothing listens or nothing comes in time. */
export function callUnix(
  socketPath: string,
  options: {
    readonly method: string;
    readonly path: string;
    readonly body?: string;
    readonly timeoutMs: number;
    readonly onLine?: (line: string) => void;
  },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        socketPath,
        method: options.method,
        path: options.path,
        signal: AbortSignal.timeout(options.timeoutMs),
      },
      (response) => {
        let text = '';
        let start = 0;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
            options.onLine?.(text.slice(start, end));
            start = end + 1;
          }
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}
