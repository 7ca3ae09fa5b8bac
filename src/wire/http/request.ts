/** An incoming node request (HTTP/1.1 or HTTP/2, which share one shape) as our `HttpRequest`. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { Timers } from '#base/clock.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpRequest, Peer } from './message.ts';

export type NodeRequest = IncomingMessage | Http2ServerRequest;

export interface RequestParts {
  readonly peer: Peer;
  readonly upgrade?: string | undefined;
  readonly bodyBytesMax: number;
  readonly timers: Timers;
  /** For the whole body: HTTP/2 has no bound of its own for clients that drip. */
  readonly bodyMs: number;
  readonly onGone: (callback: () => void) => void;
}

export function readRequest(message: NodeRequest, parts: RequestParts): HttpRequest {
  const { pathname, query } = splitTarget(message.url ?? '/');
  const headers = groupHeaders(message.rawHeaders);
  return {
    method: message.method ?? 'GET',
    path: pathname,
    query,
    header: (name) => headers.get(name)?.[0],
    headerValues: (name) => headers.get(name) ?? [],
    headerNames: [...headers.keys()],
    peer: parts.peer,
    upgrade: parts.upgrade,
    body: () => readBody(message, parts),
    onGone: parts.onGone,
  };
}

/** Origin form (`/a?b`); a proxy's absolute form loses its scheme and host. */
export function splitTarget(target: string): { pathname: string; query: URLSearchParams } {
  const origin = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
  const mark = origin.indexOf('?');
  return mark < 0
    ? { pathname: origin, query: new URLSearchParams() }
    : { pathname: origin.slice(0, mark), query: new URLSearchParams(origin.slice(mark + 1)) };
}

/** `rawHeaders` keeps repeated headers apart, which `Impersonate-Group` needs. Pseudo headers are left out. */
function groupHeaders(raw: readonly string[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    if (name.startsWith(':')) continue;
    const values = grouped.get(name);
    if (values) values.push(raw[at + 1] ?? '');
    else grouped.set(name, [raw[at + 1] ?? '']);
  }
  return grouped;
}

/** Listens by hand: an async iterator would destroy the socket before the refusal could be sent. */
function readBody(
  message: NodeRequest,
  { bodyBytesMax: bytesMax, bodyMs, timers }: RequestParts,
): Promise<Uint8Array> {
  const announced = Number(message.headers['content-length'] ?? 0);
  if (announced > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= bytesMax) return;
      message.off('data', onData);
      message.pause();
      reject(tooLarge(bytesMax));
    };
    message.on('data', onData);
    const late = timers.after(bodyMs, () => {
      message.off('data', onData);
      message.pause();
      reject(new StatusError('Timeout', `the request body did not arrive within ${bodyMs} ms`));
    });
    message.once('end', () => {
      late.cancel();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    });
    message.once('error', reject);
    message.once('close', () => {
      late.cancel();
      reject(new StatusError('BadRequest', 'the request body ended early'));
    });
  });
}

function tooLarge(bytesMax: number): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${bytesMax}`);
}
