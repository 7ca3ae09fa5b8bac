/**
 * The cluster of the pod tests. Pods and events are followed from before the first pod on, and every
 * version is kept: a state that lasted a moment is found as surely as one that stays.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { ContainerStatus, Event, Pod } from '#api/types.ts';
import { Api } from '../crash/api.ts';
import { Cluster } from '../harness.ts';

const waitMs = 60_000;

/** Every version of every object of one list, in order, told as they come. */
class History<T extends Pod | Event> {
  readonly versions: T[] = [];
  readonly #waiting = new Set<() => void>();
  #stream: IncomingMessage | undefined;
  #ended = false;

  async follow(api: Api, path: string): Promise<void> {
    this.#stream = await api.open('GET', `${path}?watch=true`);
    assert.equal(this.#stream.statusCode, 200);
    void this.#read(this.#stream);
  }

  stop(): void {
    this.#ended = true;
    this.#stream?.destroy();
  }

  /** The first version, past or to come, at which `look` does not throw. */
  async find<R>(what: string, from: number, look: (version: T) => R): Promise<R> {
    const deadline = Date.now() + waitMs;
    let reason: unknown;
    for (let next = from; ; next += 1) {
      while (next >= this.versions.length) {
        const left = deadline - Date.now();
        if (left <= 0) throw new Error(`not within ${waitMs} ms: ${what}`, { cause: reason });
        await this.#more(left);
      }
      try {
        return look(this.versions[next] as T);
      } catch (error) {
        if (!(error instanceof NotThis)) reason = error;
      }
    }
  }

  #more(withinMs: number): Promise<void> {
    assert.ok(!this.#ended, 'the watch has ended');
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }

  async #read(stream: IncomingMessage): Promise<void> {
    let text = '';
    try {
      for await (const chunk of stream.setEncoding('utf8')) {
        const lines = `${text}${chunk as string}`.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) this.versions.push((JSON.parse(line) as { object: T }).object);
        for (const wake of [...this.#waiting]) wake();
      }
    } catch (error) {
      if (!this.#ended) throw error;
    } finally {
      this.#ended = true;
      for (const wake of [...this.#waiting]) wake();
    }
  }
}

interface OpenOptions {
  readonly up?: readonly string[];
  readonly images?: readonly string[];
}

/** A version of something else: no reason to show when the wait is over. */
class NotThis extends Error {}

export class World {
  readonly cluster: Cluster;
  /** A directory of the node that pods mount. */
  readonly folder: string;
  readonly #pods = new History<Pod>();
  readonly #events = new History<Event>();
  #api: Api | undefined;

  constructor(name = 'pods', ports = { api: 21_443, http: 21_081, https: 21_444 }) {
    this.cluster = new Cluster(name, ports);
    this.folder = join(this.cluster.folder, 'node');
  }

  get api(): Api {
    assert.ok(this.#api, 'not open');
    return this.#api;
  }

  /** In manifests `@folder@` stands for this.folder; `up`: options of `gantry up`. */
  async open(
    manifests: readonly string[],
    { up = [], images = ['busybox-1', 'guestbook-web-1'] }: OpenOptions = {},
  ): Promise<void> {
    mkdirSync(this.folder);
    await this.cluster.up(up);
    await this.cluster.loadImages(images);
    this.#api = await Api.of(this.cluster);
    await this.#pods.follow(this.api, '/api/v1/namespaces/default/pods');
    await this.#events.follow(this.api, '/api/v1/namespaces/default/events');
    await this.cluster.apply(manifests.join('\n---\n').replaceAll('@folder@', this.folder));
  }

  async close(): Promise<void> {
    this.#pods.stop();
    this.#events.stop();
    await this.cluster.remove();
  }

  /** The first version of the pod, past or to come, of which `look` holds; what it answers. */
  shows<R>(name: string, look: (pod: Pod) => R): Promise<R> {
    return this.#look(name, 0, look);
  }

  /** As `shows`, beginning with the version that stands now. */
  becomes<R>(name: string, look: (pod: Pod) => R): Promise<R> {
    const at = this.#pods.versions.findLastIndex((pod) => pod.metadata.name === name);
    return this.#look(name, Math.max(0, at), look);
  }

  #look<R>(name: string, from: number, look: (pod: Pod) => R): Promise<R> {
    return this.#pods.find(`pod ${name}`, from, (pod) => {
      if (pod.metadata.name !== name) throw new NotThis();
      return look(pod);
    });
  }

  /** What the API says of the pod at this moment. */
  now(name: string): Promise<Pod> {
    return this.api.read<Pod>(`/api/v1/namespaces/default/pods/${name}`);
  }

  async phase(name: string, phase: string): Promise<Pod> {
    return this.shows(name, (pod) => {
      assert.equal(pod.status?.phase, phase, JSON.stringify(pod.status));
      return pod;
    });
  }

  event(name: string, reason: string, message: RegExp): Promise<Event> {
    return this.#events.find(`event ${reason} ${message} of ${name}`, 0, (event) => {
      if (event.involvedObject.name !== name || event.reason !== reason) throw new NotThis();
      assert.match(event.message ?? '', message);
      return event;
    });
  }

  /** Messages of the events that came so far. */
  messages(name: string, reason: string): string[] {
    return this.#events.versions
      .filter((event) => event.involvedObject.name === name && event.reason === reason)
      .map(({ message }) => message ?? '');
  }

  async logs(name: string, container = 'main', previous = false): Promise<string> {
    const query = `container=${container}&previous=${previous}`;
    const path = `/api/v1/namespaces/default/pods/${name}/log?${query}`;
    const { status, body } = await this.api.ask('GET', path);
    assert.equal(status, 200, body);
    return body;
  }

  /** The log of a pod that has done its work. */
  async said(name: string, container = 'main'): Promise<string> {
    await this.phase(name, 'Succeeded');
    return this.logs(name, container);
  }

  exec(name: string, script: string, container = 'main'): Promise<string> {
    return this.cluster.kubectl(['exec', name, '-c', container, '--', 'sh', '-c', script]);
  }

  /** The STATUS column that people see. */
  async column(name: string): Promise<string> {
    const line = await this.cluster.kubectl(['get', 'pod', name, '--no-headers']);
    return line.split(/\s+/)[2] ?? '';
  }
}

/** Of containers of every kind. */
export function statusOf({ status }: Pod, name = 'main'): ContainerStatus {
  const {
    containerStatuses = [],
    initContainerStatuses = [],
    ephemeralContainerStatuses = [],
  } = status ?? {};
  const found = [
    ...containerStatuses,
    ...initContainerStatuses,
    ...ephemeralContainerStatuses,
  ].find((one) => one.name === name);
  assert.ok(found, `no status of container ${name}`);
  return found;
}

/** Fails unless the container waits for this reason; answers the message. */
export function waitsFor(pod: Pod, reason: string, name = 'main'): string {
  const { waiting } = statusOf(pod, name).state ?? {};
  assert.equal(waiting?.reason, reason);
  return waiting?.message ?? '';
}

/** The lines `name=value` of a container that tells what it sees. */
export function valuesIn(log: string): Record<string, string> {
  const lines = log.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
