/**
 * `Verbs` over HTTP and JSON, against gantry's or any Kubernetes API server. Objects come frozen, as
 * in process; failures are `StatusError`s, whoever made them.
 */
import { deepFreeze } from '#api/copy.ts';
import type { KubeObject } from '#api/object.ts';
import type { Status } from '#api/types.ts';
import type {
  CollectionRef,
  ObjectList,
  PatchType,
  SelectOptions,
  Verbs,
  Watch,
  WatchEventType,
  WatchOptions,
  WatchSink,
  WriteOptions,
} from '#api/verbs.ts';
import type { Timer, Timers } from '#base/clock.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import type { HttpClient, StreamedResponse } from '#wire/http/client.ts';
import { errorFromStatus } from './status-of-answer.ts';
import { pathTo } from './wire-path.ts';

export interface WireTransportOptions {
  readonly http: HttpClient;
  readonly timers: Timers;
  /** Silence after which a watch counts as broken; servers send bookmarks about once a minute. */
  readonly watchSilenceMs?: number;
}

const usualSilenceMs = 5 * 60_000;

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML.
  apply: 'application/apply-patch+yaml',
};

export function wireVerbs(options: WireTransportOptions): Verbs {
  const { http } = options;
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<unknown> => {
    const headers = { accept: 'application/json', 'content-type': type };
    const answer = await http.request({
      method,
      path,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 400) throw errorFromStatus(answer.status, answer.text());
    return deepFreeze(answer.json());
  };
  const write = (options_: WriteOptions = {}) => ({
    dryRun: options_.dryRun === true ? 'All' : undefined,
    fieldManager: options_.fieldManager,
    fieldValidation: options_.fieldValidation,
    force: options_.force,
  });
  return {
    get: async (ref) => (await ask('GET', pathTo(ref))) as KubeObject,
    list: async (ref, listing = {}) => listed(await ask('GET', pathTo(ref, { ...listing }))),
    watch: (ref, watching, sink) => new WireWatch(options, ref, watching, sink),
    create: async (ref, object, writing) =>
      (await ask('POST', pathTo(ref, write(writing)), object)) as KubeObject,
    update: async (ref, object, writing) =>
      (await ask('PUT', pathTo(ref, write(writing)), object)) as KubeObject,
    patch: async (ref, { type, body }, writing) =>
      (await ask('PATCH', pathTo(ref, write(writing)), body, patchTypes[type])) as KubeObject,
    delete: async (ref, deleting = {}) =>
      (await ask('DELETE', pathTo(ref), deleteOptions(deleting))) as KubeObject | Status,
    deleteCollection: async (ref, select: SelectOptions = {}, deleting = {}) =>
      listed(await ask('DELETE', pathTo(ref, { ...select }), deleteOptions(deleting))),
  };
}

function deleteOptions(options: object): object {
  return { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
}

interface WireList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items?: readonly KubeObject[] | null;
}

/** Items of a list do not say what they are: the list does. */
function listed(answer: unknown): ObjectList {
  const { apiVersion, kind, metadata = {}, items } = answer as WireList;
  const itemKind = kind.replace(/List$/, '');
  return {
    items: (items ?? []).map((item) => Object.freeze({ ...item, apiVersion, kind: itemKind })),
    resourceVersion: metadata.resourceVersion ?? '',
    continue: metadata.continue || undefined,
    remainingItemCount: metadata.remainingItemCount,
  };
}

interface WatchLine {
  readonly type: WatchEventType | 'ERROR';
  readonly object: KubeObject;
}

/** Calls `closed` once, whatever ends it, unless the reader closed it. */
class WireWatch implements Watch {
  readonly #options: WireTransportOptions;
  readonly #sink: WatchSink;
  #stream: StreamedResponse | undefined;
  #silence: Timer | undefined;
  #heard = false;
  #ended = false;

  constructor(
    options: WireTransportOptions,
    ref: CollectionRef,
    watching: WatchOptions,
    sink: WatchSink,
  ) {
    this.#options = options;
    this.#sink = sink;
    void this.#follow(ref, watching);
  }

  close(): void {
    this.#ended = true;
    this.#silence?.cancel();
    this.#stream?.close();
  }

  async #follow(ref: CollectionRef, watching: WatchOptions): Promise<void> {
    try {
      const stream = await this.#open(ref, watching);
      if (this.#ended) {
        stream.close();
        return;
      }
      this.#stream = stream;
      this.#listenForSilence();
      for await (const line of stream.lines()) {
        if (this.#ended) return;
        this.#heard = true;
        if (line !== '' && !this.#take(JSON.parse(line) as WatchLine)) return;
      }
      this.#end(undefined);
    } catch (error) {
      this.#end(asStatusError(error));
    }
  }

  async #open(ref: CollectionRef, watching: WatchOptions): Promise<StreamedResponse> {
    const initial = watching.sendInitialEvents === true;
    const query = {
      ...watching,
      watch: true,
      resourceVersionMatch: initial ? 'NotOlderThan' : undefined,
    };
    const headers = { accept: 'application/json' };
    const stream = await this.#options.http.open({
      method: 'GET',
      path: pathTo(ref, query),
      headers,
    });
    if (stream.status < 400) return stream;
    const lines: string[] = [];
    for await (const line of stream.lines()) lines.push(line);
    throw errorFromStatus(stream.status, lines.join('\n'));
  }

  /** False: that was the last one. */
  #take({ type, object }: WatchLine): boolean {
    if (type === 'ERROR') {
      const { code = 500 } = object as unknown as Status;
      this.#end(errorFromStatus(code, JSON.stringify(object)));
      this.#stream?.close();
      return false;
    }
    this.#sink.event(type, deepFreeze(object));
    return !this.#ended;
  }

  /** One timer for many lines: the watch breaks after one to two times the silence. */
  #listenForSilence(): void {
    const ms = this.#options.watchSilenceMs ?? usualSilenceMs;
    this.#heard = false;
    this.#silence = this.#options.timers.after(ms, () => {
      if (this.#heard) {
        this.#listenForSilence();
        return;
      }
      this.#end(new StatusError('Timeout', `a watch was silent for ${ms} ms`));
      this.#stream?.close();
    });
  }

  #end(error: StatusError | undefined): void {
    this.#silence?.cancel();
    if (this.#ended) return;
    this.#ended = true;
    this.#sink.closed(error);
  }
}

function asStatusError(error: unknown): StatusError {
  if (isStatusError(error)) return error;
  const message = wordsOf(error);
  return new StatusError('ServiceUnavailable', message, undefined, { cause: error });
}
