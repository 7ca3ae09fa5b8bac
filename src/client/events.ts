/**
 * Records core/v1 Events, as client-go's recorder does: a repeat raises `count` of the Event that is
 * there, many alike in a short time are joined into one, and a source that talks too much about one
 * object is cut off.
 *
 * Nothing waits for an Event: recording is synchronous and never fails; writes happen behind it, a
 * few side by side but never two of the same Event, and when they cannot keep up the newest are
 * dropped and counted.
 */
import { limits } from '#base/limits.ts';
import { codeAnnotation, codesOfEvent } from '#api/diagnosis/event-codes.ts';
import { events } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Event, ObjectReference } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import { Fifo } from './fifo.ts';
import { LruMap } from '#base/lru-map.ts';

export interface EventRecorderOptions {
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** `deployment-controller`, `default-scheduler`, `kubelet`. */
  readonly component: string;
  /** The node, for events of an agent. */
  readonly host?: string | undefined;
  /**
   * Whoever records is busy with what people wait for until it settles: what is normal is written then.
   * Absent: never. Warnings do not wait.
   */
  readonly lull?: (() => Promise<void>) | undefined;
}

export interface Recording {
  readonly regarding: KubeObject;
  readonly level: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{web}` */
  readonly fieldPath?: string | undefined;
}

const bounds = {
  /** Writes under way at once. */
  writersMax: 16,
  /** Events of one source about one object: so many at once, then one in so many milliseconds. */
  burst: 25,
  refillMs: 300_000,
  /** So many alike (all but the message) within so long are joined. */
  alikeMax: 10,
  alikeMs: 600_000,
};

interface Bucket {
  tokens: number;
  at: number;
}

/** Alike recordings: the different messages, until they are too many. */
interface Group {
  readonly messages: Set<string>;
  last: number;
}

interface Known {
  readonly name: string;
  count: number;
}

interface Writing {
  readonly recording: Recording;
  readonly message: string;
  readonly identity: string;
  readonly at: number;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #buckets = new LruMap<string, Bucket>(limits.eventsRemembered);
  readonly #groups = new LruMap<string, Group>(limits.eventsRemembered);
  readonly #known = new LruMap<string, Known>(limits.eventsRemembered);
  readonly #waiting = new Fifo<Writing>();
  /** By identity, the write under way. */
  readonly #writing = new Map<string, Promise<void>>();
  readonly #writers = new Set<Promise<void>>();
  #holdsBack = false;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Events not written, for want of room or by the limit per object. */
  get dropped(): number {
    return this.#dropped;
  }

  record(recording: Recording): void {
    const now = this.#options.clock.now();
    const about = subjectOf(recording);
    const { identity, message } = this.#join(recording, about, now);
    if (!this.#allow(about, now) || this.#waiting.size >= limits.eventsWaiting) {
      this.#dropped++;
      return;
    }
    this.#waiting.push({ recording, identity, message, at: now });
    const { lull } = this.#options;
    if (lull && recording.level === 'Normal') void this.#holdBack(lull);
    else this.#begin();
  }

  /** Ends when everything recorded so far has been written or given up. */
  async flush(): Promise<void> {
    this.#begin();
    while (this.#writers.size > 0) await Promise.all(this.#writers);
  }

  async #holdBack(lull: () => Promise<void>): Promise<void> {
    if (this.#holdsBack) return;
    this.#holdsBack = true;
    await lull();
    this.#holdsBack = false;
    this.#begin();
  }

  #begin(): void {
    const wanted = Math.min(bounds.writersMax, this.#writers.size + this.#waiting.size);
    while (this.#writers.size < wanted) this.#addWriter();
  }

  #allow(about: string, now: number): boolean {
    const bucket = this.#buckets.get(about) ?? { tokens: bounds.burst, at: now };
    bucket.tokens = Math.min(bounds.burst, bucket.tokens + (now - bucket.at) / bounds.refillMs);
    bucket.at = now;
    this.#buckets.set(about, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Under which identity repeats of it are counted, and with which words. */
  #join(recording: Recording, about: string, now: number): { identity: string; message: string } {
    const alike = `${about}\n${recording.level}\n${recording.reason}`;
    const known = this.#groups.get(alike);
    const stale = known !== undefined && now - known.last > bounds.alikeMs;
    const group = known === undefined || stale ? { messages: new Set<string>(), last: now } : known;
    group.last = now;
    if (group.messages.size < bounds.alikeMax) group.messages.add(recording.message);
    this.#groups.set(alike, group);
    if (group.messages.size < bounds.alikeMax) {
      return { identity: `${alike}\n${recording.message}`, message: recording.message };
    }
    const message = `(combined from similar events): ${recording.message}`;
    return { identity: alike, message };
  }

  #addWriter(): void {
    const writer = this.#writeAll().finally(() => this.#writers.delete(writer));
    this.#writers.add(writer);
  }

  async #writeAll(): Promise<void> {
    // Whoever records is in the middle of something: the first write can wait until it is done.
    await Promise.resolve();
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#inTurn(next);
    }
  }

  async #inTurn(writing: Writing): Promise<void> {
    const { identity } = writing;
    const before = this.#writing.get(identity);
    const write = before === undefined ? this.#try(writing) : before.then(() => this.#try(writing));
    this.#writing.set(identity, write);
    await write;
    if (this.#writing.get(identity) === write) this.#writing.delete(identity);
  }

  async #try(writing: Writing): Promise<void> {
    try {
      await this.#write(writing);
    } catch (error) {
      this.#dropped++;
      const { regarding, reason } = writing.recording;
      // A namespace on its way out takes no more events; that is no trouble.
      if (isStatusError(error, 'Forbidden') || isStatusError(error, 'NotFound')) return;
      const { name } = regarding.metadata;
      this.#options.logger.warn('an event could not be written', { name, reason, error });
    }
  }

  async #write(writing: Writing): Promise<void> {
    const known = this.#known.get(writing.identity);
    if (known !== undefined && (await this.#repeat(known, writing))) return;
    const event = this.#eventOf(writing);
    await this.#options.verbs.create(collectionOf(events, event.metadata.namespace), event);
    this.#known.set(writing.identity, { name: event.metadata.name, count: 1 });
  }

  /** False: the Event of the earlier occurrence has expired. */
  async #repeat(known: Known, writing: Writing): Promise<boolean> {
    const { recording, message, at } = writing;
    const body = { count: known.count + 1, lastTimestamp: formatTime(at), message };
    const namespace = recording.regarding.metadata.namespace ?? 'default';
    const ref = { ...collectionOf(events, namespace), name: known.name };
    try {
      await this.#options.verbs.patch(ref, { type: 'strategic', body });
    } catch (error) {
      if (isStatusError(error, 'NotFound')) return false;
      throw error;
    }
    known.count++;
    return true;
  }

  #eventOf({ recording, message, at }: Writing): Event {
    const { regarding, level, reason, fieldPath } = recording;
    const { component, host } = this.#options;
    const time = formatTime(at);
    const codes = codesOfEvent(reason, message);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        ...(codes.length > 0 && { annotations: { [codeAnnotation]: codes.join(',') } }),
        name: `${regarding.metadata.name}.${this.#suffix(at)}`,
        namespace: regarding.metadata.namespace ?? 'default',
      },
      involvedObject: referenceTo(regarding, fieldPath),
      reason,
      message,
      source: host === undefined ? { component } : { component, host },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type: level,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }

  /** As Kubernetes': the time in nanoseconds, in hex; what the clock does not know is chance. */
  #suffix(at: number): string {
    const nanoseconds = BigInt(Math.floor(at)) * 1_000_000n;
    return (nanoseconds + BigInt(this.#options.random.below(1_000_000))).toString(16);
  }
}

function referenceTo(object: KubeObject, fieldPath: string | undefined): ObjectReference {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const { apiVersion, kind } = object;
  return { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath };
}

function subjectOf({ regarding, fieldPath = '' }: Recording): string {
  const { namespace = '', name, uid = '' } = regarding.metadata;
  return `${regarding.kind}/${namespace}/${name}/${uid}/${fieldPath}`;
}
