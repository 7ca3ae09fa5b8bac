/** Writes an `HttpResponse` onto a node response (HTTP/1.1 or HTTP/2). */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { pipeline, Readable, type Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { Headers, HttpResponse, ResponseStream } from './message.ts';
import { BufferedStream } from './response-stream.ts';

export type NodeResponse = ServerResponse | Http2ServerResponse;

/** kube-apiserver compresses answers of at least this size, at its fastest level. */
const compressFromBytes = 128 * 1024;
/** Items of a list are joined to pieces of about this size: few writes, little copying at a time. */
const pieceBytes = 256 * 1024;

export function sendBytes(
  response: NodeResponse,
  answer: Extract<HttpResponse, { type: 'bytes' }>,
  options: { acceptsGzip: boolean; headOnly: boolean },
): void {
  const size = answer.body.reduce((sum, part) => sum + part.length, 0);
  const compress = answer.compressible === true && options.acceptsGzip && size >= compressFromBytes;
  const headers: Record<string, string | readonly string[] | number> = { ...answer.headers };
  if (answer.compressible) headers['vary'] = 'Accept-Encoding';
  if (compress) headers['content-encoding'] = 'gzip';
  else if (answer.status !== 304) headers['content-length'] = size;
  writeHead(response, answer.status, headers);
  if (options.headOnly) return void response.end();
  if (!compress) {
    const pieces = joined(answer.body);
    const last = pieces.pop();
    for (const piece of pieces) writable(response).write(piece);
    return void (last ? writable(response).end(last) : response.end());
  }
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  pipeline(Readable.from(joined(answer.body)), gzip, writable(response), () => undefined);
}

export function sendStream(
  response: NodeResponse,
  answer: Extract<HttpResponse, { type: 'stream' }>,
): ResponseStream {
  writeHead(response, answer.status, answer.headers);
  // HTTP/2 has it too, only its type does not say so.
  (response as ServerResponse).flushHeaders();
  const stream = new BufferedStream(writable(response), {
    chunksMax: answer.bufferChunks,
    destroy: () => void writable(response).destroy(),
  });
  answer.open(stream);
  return stream;
}

/** The compatibility class of HTTP/2 is a Writable in behaviour, though its type does not say so. */
function writable(response: NodeResponse): Writable {
  return response as Writable;
}

export function writeHead(
  response: NodeResponse,
  status: number,
  headers: Headers | Record<string, string | readonly string[] | number>,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (isHop(name) && !('assignSocket' in response)) continue;
    response.setHeader(name, value as string | string[] | number as string);
  }
}

/** HTTP/2 forbids headers about the connection. */
function isHop(name: string): boolean {
  return name === 'connection' || name === 'upgrade' || name === 'transfer-encoding';
}

/** Neighbouring buffers copied together until a piece is large enough; large ones pass uncopied. */
export function joined(parts: readonly Uint8Array[]): Uint8Array[] {
  if (parts.length <= 1) return [...parts];
  const pieces: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  let size = 0;
  const flush = () => {
    if (small.length > 0) pieces.push(Buffer.concat(small, size));
    small = [];
    size = 0;
  };
  for (const part of parts) {
    if (part.length >= pieceBytes) {
      flush();
      pieces.push(part);
      continue;
    }
    small.push(part);
    size += part.length;
    if (size >= pieceBytes) flush();
  }
  flush();
  return pieces;
}
