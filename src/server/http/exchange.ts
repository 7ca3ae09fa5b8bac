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

/**
 * `Warning: 299 - "sentence"` (RFC 7234, 5.5), bounded as Kubernetes bounds them: whole, as long as
 * all of them together are short enough; else the beginning of each.
 */
export function warningHeaders(warnings: readonly string[]): Headers {
  const all = [...new Set(warnings)];
  const whole = all.map(warningValue);
  const isShort = whole.reduce((sum, value) => sum + value.length, 0) <= warningsCharacters;
  const values = isShort ? whole : fitting(all.map((text) => warningValue(beginningOf(text))));
  return values.length === 0 ? {} : { warning: values.map(latin1) };
}

function warningValue(sentence: string): string {
  const plain = sentence.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  return `299 - "${plain.replaceAll(/["\\]/g, '\\$&')}"`;
}

function beginningOf(sentence: string): string {
  return sentence.length > warningCharacters
    ? `${sentence.slice(0, warningCharacters)}...`
    : sentence;
}

function fitting(values: readonly string[]): string[] {
  let size = 0;
  const end = values.findIndex((value) => (size += value.length) > warningsCharacters);
  return values.slice(0, end < 0 ? values.length : end);
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
