/** `GET pods/NAME/log`: text from the node that runs the pod, as it comes. */
import { type FieldError, forbidden, invalid as invalidField } from '#api/field-error.ts';
import { parseInstant } from '#api/schema/time.ts';
import type { Pod } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpResponse, ResponseStream } from '#wire/http/message.ts';
import { badRequest, invalid } from '../../core/errors.ts';
import type { LogOptions, LogSink } from '../../node-connector.ts';
import { bytesResponse, type Exchange, type ResourceDeps, warningHeaders } from '../exchange.ts';
import { integerOf } from '../request-options.ts';
import { isTrue } from '../route.ts';
import { chooseContainer, missingLog } from './container.ts';

const text = 'text/plain';
/** Chunks of a log wait in the source, not here: this is only the slack of one read. */
const bufferedChunks = 1024;

export async function podLog(deps: ResourceDeps, exchange: Exchange): Promise<HttpResponse> {
  const { context, target, request } = exchange;
  const { object } = await deps.core.get(context, { ...target, subresource: undefined });
  const pod = object as Pod;
  const options = logOptionsOf(request.query, pod);
  const container = chooseContainer(pod, request.query.get('container') ?? undefined);
  const node = pod.spec?.nodeName;
  if (!node) return bytesResponse(200, text, [], warningHeaders(exchange.warnings));
  if (!deps.connector) throw new StatusError('ServiceUnavailable', 'this server reaches no nodes');
  const reference = {
    node,
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name,
    podUid: pod.metadata.uid ?? '',
    container,
  };
  const pipe = new LogPipe();
  let source: { close(): void };
  try {
    source = await deps.connector.logs(reference, options, pipe);
  } catch (error) {
    throw missingLog(pod, container, options.previous) ?? error;
  }
  // The client may leave before the head is sent: then nobody opens the stream.
  request.onGone(() => source.close());
  return {
    type: 'stream',
    status: 200,
    headers: { 'content-type': text, ...warningHeaders(exchange.warnings) },
    bufferChunks: bufferedChunks,
    open: (stream) => {
      stream.onClose(() => source.close());
      pipe.open(stream);
    },
  };
}

/** From the node's pace to the client's: the source waits for room. */
class LogPipe implements LogSink {
  #stream: ResponseStream | undefined;
  readonly #opened = Promise.withResolvers<ResponseStream>();
  #early: Uint8Array[] = [];
  #over: { error: Error | undefined } | undefined;

  data(chunk: Uint8Array): void | Promise<void> {
    if (this.#stream) return this.#stream.write(chunk) ? undefined : this.#stream.drained();
    this.#early.push(chunk);
    return this.#opened.promise.then((stream) => stream.drained());
  }

  end(error?: Error): void {
    this.#over = { error };
    if (this.#stream) this.#finish(this.#stream);
  }

  open(stream: ResponseStream): void {
    this.#stream = stream;
    for (const chunk of this.#early.splice(0)) stream.write(chunk);
    this.#opened.resolve(stream);
    if (this.#over) this.#finish(stream);
  }

  /** A log that broke off must not look complete. */
  #finish(stream: ResponseStream): void {
    if (this.#over?.error) stream.abort();
    else stream.end();
  }
}

function logOptionsOf(query: URLSearchParams, pod: Pod): LogOptions {
  const sinceTime = query.get('sinceTime') || undefined;
  const options = {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    sinceSeconds: integerOf(query, 'sinceSeconds'),
    sinceTime,
    tailLines: integerOf(query, 'tailLines'),
    limitBytes: integerOf(query, 'limitBytes'),
  };
  if (sinceTime !== undefined && !parseInstant(sinceTime)) {
    throw badRequest(`parsing time ${JSON.stringify(sinceTime)}: not an RFC 3339 time`);
  }
  const errors: FieldError[] = [];
  const atLeast = (
    field: 'sinceSeconds' | 'tailLines' | 'limitBytes',
    least: number,
    why: string,
  ) => {
    const value = options[field];
    if (value !== undefined && value < least) errors.push(invalidField(field, value, why));
  };
  atLeast('tailLines', 0, 'must be greater than or equal to 0');
  atLeast('limitBytes', 1, 'must be greater than 0');
  atLeast('sinceSeconds', 1, 'must be greater than 0');
  if (sinceTime !== undefined && options.sinceSeconds !== undefined) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  }
  if (errors.length > 0)
    throw invalid({ group: '', kind: 'PodLogOptions' }, pod.metadata.name, errors);
  return options;
}
