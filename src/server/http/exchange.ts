/** One authenticated and authorized request on its way through the front. */
import type { KindLookup } from '#api/lookup.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Headers, HttpRequest, HttpResponse } from '#wire/http/message.ts';
import type { Core, RequestContext, Target } from '../core/core.ts';
import type { NodeConnector } from '../node-connector.ts';
import type { WatchBuffers } from './forms/watch-buffers.ts';
import type { RequestVerb } from './route.ts';

/** What handlers of resources work with. */
export interface ResourceDeps {
  readonly core: Core;
  readonly kinds: () => KindLookup;
  readonly connector: NodeConnector | undefined;
  readonly buffers: WatchBuffers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Exchange {
  readonly request: HttpRequest;
  readonly context: RequestContext;
  readonly target: Target;
  readonly verb: RequestVerb;
  /** Sentences that `context.warn` has gathered. */
  readonly warnings: readonly string[];
}

/** `Warning: 299 - "sentence"` (RFC 7234, 5.5), bounded as Kubernetes bounds them. */
export function warningHeaders(warnings: readonly string[]): Headers {
  const values: string[] = [];
  let size = 0;
  for (const sentence of new Set(warnings)) {
    const short =
      sentence.length > warningCharacters ? `${sentence.slice(0, warningCharacters)}...` : sentence;
    const quoted = short.replaceAll(/[\u0000-\u001f\u007f]/g, ' ').replaceAll(/["\\]/g, '\\$&');
    const value = `299 - "${quoted}"`;
    size += value.length;
    if (size > warningsCharacters) break;
    values.push(latin1(value));
  }
  return values.length === 0 ? {} : { warning: values };
}

const warningCharacters = 256;
const warningsCharacters = 4096;
const utf8 = new TextEncoder();

/** Headers carry bytes; a sentence in UTF-8 is spelled as those bytes. */
function latin1(text: string): string {
  return /^[\u0020-\u007e]*$/.test(text) ? text : String.fromCharCode(...utf8.encode(text));
}

export function bytesResponse(
  status: number,
  contentType: string,
  body: readonly Uint8Array[],
  headers: Headers = {},
): HttpResponse {
  return {
    type: 'bytes',
    status,
    headers: { 'content-type': contentType, 'cache-control': 'no-cache, private', ...headers },
    body,
    compressible: true,
  };
}
