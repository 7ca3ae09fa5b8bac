/** WATCH: one line (or frame) per event, until the client leaves, falls behind, or time is up. */
import { limits } from '#base/limits.ts';
import type { StatusError } from '#base/status-error.ts';
import type { HttpResponse, ResponseStream } from '#wire/http/message.ts';
import type { CoreSink } from '../core/core.ts';
import { asStatusError } from './status.ts';
import { type Exchange, type ResourceDeps, warningHeaders } from './exchange.ts';
import type { EncodeOptions } from './forms/encode.ts';
import { errorFrame } from './forms/watch-buffers.ts';
import { watchOptionsOf } from './request-options.ts';

/** Without a wish of the client a watch ends after 30 to 60 minutes, so that watchers spread. */
const shortestSeconds = 1800;

export async function watchResource(
  deps: ResourceDeps,
  exchange: Exchange,
  encoding: EncodeOptions,
): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const asked = watchOptionsOf(request.query, target.name);
  const options = {
    ...asked,
    timeoutSeconds: asked.timeoutSeconds || shortestSeconds + deps.random.below(shortestSeconds),
  };
  const events = new EventWriter(deps, exchange, encoding);
  // A wrong option is refused before the head is sent; a lost history is told inside the stream.
  const watch = deps.core.watch(context, { ...target, name: undefined }, options, events);
  // The client may leave before the head is sent: then nobody opens the stream.
  request.onGone(() => watch.close());
  return {
    type: 'stream',
    status: 200,
    headers: {
      'content-type': encoding.form.contentType,
      'cache-control': 'no-cache, private',
      ...warningHeaders(exchange.warnings),
    },
    bufferChunks: limits.watchBufferEvents,
    open: (stream) => {
      stream.onClose(() => watch.close());
      events.open(stream);
    },
  };
}

class EventWriter {
  readonly #deps: ResourceDeps;
  readonly #exchange: Exchange;
  readonly #encoding: EncodeOptions;
  #stream: ResponseStream | undefined;
  #early: Uint8Array[] = [];
  #over = false;
  #first = true;

  constructor(deps: ResourceDeps, exchange: Exchange, encoding: EncodeOptions) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#encoding = encoding;
  }

  /** What came before the head was sent goes first. */
  open(stream: ResponseStream): void {
    this.#stream = stream;
    // As one piece: the state that a watch begins with may have more events than a client may have waiting.
    if (this.#early.length > 0) stream.write(joined(this.#early.splice(0)));
    if (this.#over) stream.end();
  }

  readonly event: CoreSink['event'] = (type, stored) => {
    if (this.#over) return;
    const options = { ...this.#encoding, now: this.#deps.clock.now() };
    const { kind } = this.#exchange.target;
    try {
      this.#write(this.#deps.buffers.event(kind, type, stored, options, this.#first));
      this.#first = false;
    } catch (error) {
      // One object that cannot be shown ends this watch, not the turn that tells all watchers.
      this.closed(asStatusError(error, this.#deps.log));
    }
  };

  readonly closed = (error: StatusError | undefined): void => {
    if (this.#over) return;
    if (error) this.#write(errorFrame(error, this.#encoding.form.media));
    this.#over = true;
    this.#stream?.end();
  };

  #write(chunk: Uint8Array): void {
    if (this.#stream) this.#stream.write(chunk);
    else this.#early.push(chunk);
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
