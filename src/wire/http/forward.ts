/**
 * A request passed on to another HTTP server, and its answer back, both as they come. Headers that
 * concern one connection (RFC 9110, 7.6.1) stay on it; credentials are for us alone.
 */
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Http2ServerRequest } from 'node:http2';
import type { Writable } from 'node:stream';
import type { HttpResponse } from './message.ts';
import { type NodeResponse, writeHead } from './send.ts';

type Place = Extract<HttpResponse, { type: 'forward' }>;

const ofConnection =
  /^(:.*|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|http2-settings|host)$/i;
const credentials = /^(authorization|impersonate-.*|x-remote-.*)$/i;
const connectMs = 30_000;

export function forwardRequest(
  message: IncomingMessage | Http2ServerRequest,
  response: NodeResponse,
  place: Place,
): void {
  const { scheme, host, port, path } = place;
  const request = (scheme === 'https' ? secureRequest : plainRequest)({
    host,
    port,
    path,
    method: message.method ?? 'GET',
    headers: passedOn(message, place),
    agent: false,
    // Whose certificate it would have to be nobody knows: a pod is known by its address.
    rejectUnauthorized: false,
  });
  request.once('socket', (socket) => {
    socket.setTimeout(connectMs, () => request.destroy(new Error('i/o timeout')));
    socket.once('connect', () => socket.setTimeout(0));
  });
  request.once('response', (answer) => answerWith(answer, response, place));
  request.once('error', (error) => unreachable(response, place, error));
  response.once('close', () => request.destroy());
  message.pipe(request);
}

function passedOn({ headers }: IncomingMessage | Http2ServerRequest, place: Place) {
  const kept = Object.entries(headers as IncomingHttpHeaders).filter(
    ([name]) => !ofConnection.test(name) && !credentials.test(name),
  );
  const host = headers.host ?? String(headers[':authority'] ?? '');
  return {
    ...Object.fromEntries(kept),
    host: place.host.includes(':')
      ? `[${place.host}]:${place.port}`
      : `${place.host}:${place.port}`,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
    'x-forwarded-uri': `${place.prefix}${place.path}`,
  };
}

function answerWith(answer: IncomingMessage, response: NodeResponse, place: Place): void {
  place.answered?.(answer.statusCode ?? 0);
  if (response.destroyed) return void answer.destroy();
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || ofConnection.test(name)) continue;
    headers[name] = name === 'location' ? moved(String(value), place) : value;
  }
  writeHead(response, answer.statusCode ?? 502, headers);
  answer.once('error', () => response.destroy());
  answer.once('aborted', () => response.destroy());
  answer.pipe(response as Writable);
}

/** A redirect within the target leads through us again. */
function moved(location: string, { scheme, host, port, path, prefix }: Place): string {
  const base = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(location, `${base}${path}`)) return location;
  const url = new URL(location, `${base}${path}`);
  return url.origin === new URL(base).origin
    ? `${prefix}${url.pathname}${url.search}${url.hash}`
    : location;
}

function unreachable(response: NodeResponse, place: Place, error: Error): void {
  if (response.destroyed) return;
  if (response.headersSent) return void response.destroy();
  place.answered?.(503);
  writeHead(response, 503, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`Error trying to reach service: '${error.message}'`);
}
