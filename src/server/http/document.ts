/** Documents that hardly change: made once, named by a hash, answered with 304 to those who have them. */
import type { Headers, HttpRequest, HttpResponse } from '#wire/http/message.ts';

export interface CachedDocument {
  readonly bytes: Uint8Array;
  /** SHA-512 in upper-case hexadecimal, as Kubernetes' hashes look. */
  readonly hash: string;
}

const utf8 = new TextEncoder();

export async function cachedDocument(value: object): Promise<CachedDocument> {
  return hashed(utf8.encode(`${JSON.stringify(value)}\n`));
}

export async function hashed(bytes: Uint8Array): Promise<CachedDocument> {
  const digest = await crypto.subtle.digest('SHA-512', bytes as Uint8Array<ArrayBuffer>);
  return { bytes, hash: hexOf(new Uint8Array(digest)) };
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

export function documentResponse(
  { bytes, hash }: CachedDocument,
  request: HttpRequest,
  contentType = 'application/json',
  headers: Headers = { 'cache-control': 'public' },
): HttpResponse {
  const etag = `"${hash}"`;
  const known = request.headerValues('if-none-match').flatMap((each) => each.split(','));
  const fresh = known.some((each) => each.trim() === etag);
  return {
    type: 'bytes',
    status: fresh ? 304 : 200,
    headers: { ...headers, etag, vary: 'Accept', 'content-type': contentType },
    body: fresh ? [] : [bytes],
    compressible: !fresh,
  };
}
