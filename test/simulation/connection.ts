/**
 * The way between a client and the API server: it can be slow, lose requests and answers, end
 * watches, be cut, and be reset when the server dies. Events of one watch stay in their order.
 */
import type { KubeObject } from '#api/object.ts';
import type { Verbs, Watch, WatchEventType, WatchSink } from '#api/verbs.ts';
import type { Random } from '#base/random.ts';
import { StatusError } from '#base/status-error.ts';
import type { VirtualTime } from './virtual-time.ts';
import { type Fault, type Faults, strikes, type Weather } from './weather.ts';

export interface ConnectionOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
  /** Undefined: nobody listens. */
  readonly server: () => Verbs | undefined;
  /** A create of this resource was carried out and its caller does not know. */
  readonly lost?: (resource: string) => void;
}

type RequestKind = 'read' | 'create' | 'change' | 'remove';

const timeOutMs = 10_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #streams = new Set<Stream>();
  #reset = Promise.withResolvers<never>();
  #cut = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#reset.promise.catch(() => undefined);
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** Nothing gets through any more; who waits finds out late. */
  cut(): void {
    this.#cut = true;
    for (const stream of this.#streams) stream.fail(this.#below(timeOutMs), lost('cut off'));
  }

  heal(): void {
    this.#cut = false;
  }

  /** The server is gone: what was under way fails at once. */
  reset(): void {
    this.#reset.reject(lost('connection reset'));
    this.#reset = Promise.withResolvers();
    this.#reset.promise.catch(() => undefined);
    for (const stream of this.#streams) stream.fail(this.#below(50), lost('connection reset'));
  }

  readonly verbs: Verbs = {
    get: (ref) => this.#ask('read', (server) => server.get(ref)),
    list: (ref, options) => this.#ask('read', (server) => server.list(ref, options)),
    create: (ref, object, options) =>
      this.#ask('create', (server) => server.create(ref, object, options), ref.resource),
    update: (ref, object, options) =>
      this.#ask('change', (server) => server.update(ref, object, options)),
    patch: (ref, patch, options) =>
      this.#ask('change', (server) => server.patch(ref, patch, options)),
    delete: (ref, options) => this.#ask('remove', (server) => server.delete(ref, options)),
    deleteCollection: (ref, select, options) =>
      this.#ask('remove', (server) => server.deleteCollection(ref, select, options)),
    watch: (ref, options, sink) =>
      this.#open((server, heard) => server.watch(ref, options, heard), sink),
  };

  /** How long a message is on its way. */
  delay(): number {
    const { weather } = this.#options;
    if (this.#strikes('late')) return this.#below(weather.lateMs);
    return weather.delayMs > 0 ? this.#below(weather.delayMs) : 0;
  }

  get server(): Verbs | undefined {
    return this.#cut ? undefined : this.#options.server();
  }

  /** Why a watch ends after this event; undefined: it goes on. */
  dropsWatch(): StatusError | undefined {
    if (!this.#strikes('droppedWatch')) return undefined;
    return this.#options.random.fraction() < 0.3
      ? new StatusError('Expired', 'the resource version is too old')
      : new StatusError('ServiceUnavailable', 'the watch was dropped');
  }

  forget(stream: Stream): void {
    this.#streams.delete(stream);
  }

  async #ask<T>(
    kind: RequestKind,
    work: (server: Verbs) => Promise<T>,
    creates?: string,
  ): Promise<T> {
    const reset = this.#reset.promise;
    await this.#travel();
    const { server } = this;
    if (!server) {
      await this.#sleep(this.#cut ? this.#below(timeOutMs) : 1);
      throw lost('connection refused');
    }
    if (this.#strikes('lostRequest')) throw timedOut();
    if (this.#strikes('refusal')) throw this.#refusal();
    if (kind === 'change' && this.#strikes('conflict')) {
      throw new StatusError('Conflict', 'the object has been modified');
    }
    const answer = await Promise.race([work(server), reset]);
    await this.#travel();
    if (this.#cut) {
      await this.#sleep(this.#below(timeOutMs));
      throw timedOut();
    }
    if (kind !== 'read' && this.#strikes('lostAnswer')) {
      if (creates) this.#options.lost?.(creates);
      throw timedOut();
    }
    return answer;
  }

  #open(start: (server: Verbs, heard: WatchSink) => Watch, sink: WatchSink): Watch {
    const stream = new Stream(this, this.#options.time, sink);
    this.#streams.add(stream);
    const delay = this.delay();
    if (delay === 0) stream.open(start);
    else this.#options.time.after(delay, () => stream.open(start));
    return stream;
  }

  async #travel(): Promise<void> {
    const delay = this.delay();
    if (delay > 0) await this.#sleep(delay);
  }

  #sleep(ms: number): Promise<void> {
    return this.#options.time.sleep(ms);
  }

  #refusal(): StatusError {
    return this.#options.random.fraction() < 0.5
      ? new StatusError('TooManyRequests', 'the server is busy', {
          retryAfterSeconds: 1 + this.#below(3),
        })
      : new StatusError('InternalError', 'the server failed');
  }

  #strikes(fault: Fault): boolean {
    return strikes(this.#options, fault);
  }

  #below(ms: number): number {
    return this.#options.random.below(ms);
  }
}

/** One watch: what the server told and the client has not heard yet. */
class Stream implements Watch {
  readonly #connection: Connection;
  readonly #time: VirtualTime;
  readonly #sink: WatchSink;
  #watch: Watch | undefined;
  #lastAt = 0;
  /** Told by the server, and not heard yet. */
  #underWay = 0;
  #state: 'open' | 'failing' | 'closed' = 'open';

  constructor(connection: Connection, time: VirtualTime, sink: WatchSink) {
    this.#connection = connection;
    this.#time = time;
    this.#sink = sink;
  }

  open(start: (server: Verbs, heard: WatchSink) => Watch): void {
    if (this.#state !== 'open') return;
    const { server } = this.#connection;
    if (!server) return this.fail(1, lost('connection refused'));
    this.#watch = start(server, {
      event: (type, object) => this.#event(type, object),
      closed: (error) => this.#inOrder(() => this.#end(error)),
    });
  }

  close(): void {
    this.#state = 'closed';
    this.#leave();
  }

  /** What is still on its way never arrives. */
  fail(afterMs: number, error: StatusError): void {
    if (this.#state !== 'open') return;
    this.#state = 'failing';
    this.#watch?.close();
    this.#time.after(afterMs, () => this.#end(error));
  }

  #event(type: WatchEventType, object: KubeObject): void {
    this.#inOrder(() => {
      this.#sink.event(type, object);
      const end = this.#connection.dropsWatch();
      if (end) this.fail(0, end);
    });
  }

  #inOrder(tell: () => void): void {
    const now = this.#time.elapsedMs;
    const at = Math.max(this.#lastAt, now + this.#connection.delay());
    if (at === now && this.#underWay === 0) {
      if (this.#state === 'open') tell();
      return;
    }
    this.#lastAt = at;
    this.#underWay++;
    this.#time.after(at - now, () => {
      this.#underWay--;
      if (this.#state === 'open') tell();
    });
  }

  #end(error: StatusError | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#leave();
    this.#sink.closed(error);
  }

  #leave(): void {
    this.#watch?.close();
    this.#connection.forget(this);
  }
}

const lost = (words: string): StatusError => new StatusError('ServiceUnavailable', words);

const timedOut = (): StatusError =>
  new StatusError('ServerTimeout', 'the request timed out: it may have been carried out');
