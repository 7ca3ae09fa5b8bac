/** What goes on while things are killed: somebody writes, somebody watches, somebody visits. */
import { setTimeout as pause } from 'node:timers/promises';
import { get } from 'node:http';
import type { Api } from './api.ts';

/** Between tries of what just failed. */
const againMs = 20;

/** Something that goes on until it is told to end. */
abstract class Activity {
  #ended = false;
  #work: Promise<void> = Promise.resolve();

  protected abstract once(): Promise<void>;

  start(): this {
    this.#work = this.#run();
    return this;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#work;
  }

  protected get ended(): boolean {
    return this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#ended) await this.once();
  }
}

/** Creates ConfigMaps one after the other and keeps the names of those that were acknowledged. */
export class Writer extends Activity {
  readonly acknowledged: string[] = [];
  readonly #api: Api;
  readonly #path: string;
  readonly #betweenMs: number;

  constructor(api: Api, namespace: string, betweenMs = 0) {
    super();
    this.#api = api;
    this.#betweenMs = betweenMs;
    this.#path = `/api/v1/namespaces/${namespace}/configmaps`;
  }

  protected async once(): Promise<void> {
    const name = `written-${this.acknowledged.length}`;
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } };
    const status = await this.#api.ask('POST', this.#path, object).then(
      (answer) => answer.status,
      () => 0,
    );
    // A conflict: the answer to an earlier try was lost, and the write was not.
    if (status === 201 || status === 409) this.acknowledged.push(name);
    else await pause(againMs);
    if (this.#betweenMs > 0) await pause(this.#betweenMs);
  }

  async missing(): Promise<string[]> {
    const list = await this.#api.read<ConfigMapList>(this.#path);
    const there = new Set(list.items.map(({ metadata }) => metadata.name));
    return this.acknowledged.filter((name) => !there.has(name));
  }
}

/** Lists, then watches, like an informer: after a break it goes on from the last revision that it saw. */
export class Watcher extends Activity {
  readonly added: string[] = [];
  /** Why the last watch ended before its time. */
  lastBreak = 'no break';
  readonly #api: Api;
  readonly #path: string;
  #revision = '';

  constructor(api: Api, namespace: string) {
    super();
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/configmaps`;
  }

  protected async once(): Promise<void> {
    try {
      if (this.#revision === '') {
        const list = await this.#api.read<ConfigMapList>(this.#path);
        for (const { metadata } of list.items) this.#add(metadata.name);
        this.#revision = list.metadata.resourceVersion;
      }
      await this.#watch();
    } catch (error) {
      this.lastBreak = String(error);
      if (!this.ended) await pause(againMs);
    }
  }

  async #watch(): Promise<void> {
    // A short one, so that an end is noticed.
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=2&resourceVersion=${this.#revision}`;
    const answer = await this.#api.open('GET', `${this.#path}?${query}`);
    if (answer.statusCode !== 200) throw new Error(`watch: ${answer.statusCode}`);
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#saw(JSON.parse(line) as WatchLine);
    }
  }

  #saw({ type, object }: WatchLine): void {
    if (type === 'ERROR') throw new Error(JSON.stringify(object));
    this.#revision = object.metadata.resourceVersion;
    if (type === 'ADDED') this.#add(object.metadata.name ?? '');
  }

  #add(name: string): void {
    if (name.startsWith('written-')) this.added.push(name);
  }
}

interface ConfigMapList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

interface WatchLine {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
  };
}

/** Asks the same page over and over, each time by a new connection. */
export class Visitor extends Activity {
  visits = 0;
  readonly failures: string[] = [];
  readonly #url: string;
  readonly #host: string;

  constructor(url: string, host: string) {
    super();
    this.#url = url;
    this.#host = host;
  }

  protected async once(): Promise<void> {
    const problem = await visit(this.#url, this.#host);
    this.visits += 1;
    if (problem === undefined) return;
    this.failures.push(problem);
    await pause(againMs);
  }
}

const visitMaxMs = 5_000;

/** What went wrong, in words; undefined when the page came. */
export function visit(url: string, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = { Host: host };
    const asked = get(url, { agent: false, headers, timeout: visitMaxMs }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`),
      );
      answer.on('error', (error) => resolve(String(error)));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${visitMaxMs} ms`)));
    asked.on('error', (error) => resolve(String(error)));
  });
}
