/**
 * The cluster of the traffic tests and the places from which they look at it: pods, the node itself,
 * and a machine outside (a network namespace behind the node).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, eventually, must, run } from '../harness.ts';
import type { Task } from './peer.ts';

const peerFile = join(import.meta.dirname, 'peer.ts');
const peerPort = 8080;

export interface WorldOptions {
  /** Of the cluster. */
  readonly name: string;
  readonly ports: { readonly api: number; readonly http: number; readonly https: number };
  /** Of the network outside, 198.18.N.0/24: a benchmark network (RFC 2544), nobody else's. */
  readonly network: number;
}

type Json = Readonly<Record<string, unknown>>;

export interface PeerPod {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Json;
  readonly container?: Json;
}

/** Someone who can be told to ask. */
export class Place {
  readonly name: string;
  readonly address: string;
  readonly #port: number;

  constructor(name: string, address: string, port = peerPort) {
    this.name = name;
    this.address = address;
    this.#port = port;
  }

  async ask<T>(task: Task): Promise<T> {
    const response = await fetch(`http://${this.address}:${this.#port}/`, {
      method: 'POST',
      body: JSON.stringify(task),
    });
    if (!response.ok) throw new Error(`${this.name}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** What answered, or why nothing did, once for each connection. */
  get(url: string, { host, times }: { host?: string; times?: number } = {}): Promise<string[]> {
    return this.ask({ do: 'get', url, ...(host && { host }), ...(times && { times }) });
  }

  /** Names of those that answered; other words are failures. */
  async who(url: string, times: number, host?: string): Promise<Set<string>> {
    const answers = await this.get(url, { times, ...(host && { host }) });
    return new Set(answers.map((each) => each.split(' ')[0] ?? ''));
  }
}

export class World {
  readonly cluster: Cluster;
  /** A machine outside the cluster. */
  readonly outside: Place;
  readonly #options: WorldOptions;
  readonly #processes: ChildProcess[] = [];
  #node: Place | undefined;
  #client: Place | undefined;
  nodeAddress = '';
  dnsAddress = '';

  constructor(options: WorldOptions) {
    this.#options = options;
    this.cluster = new Cluster(options.name, options.ports);
    this.outside = new Place('outside', `198.18.${options.network}.2`);
  }

  get node(): Place {
    if (!this.#node) throw new Error('not open');
    return this.#node;
  }

  /** A pod that is in no Service. */
  get client(): Place {
    if (!this.#client) throw new Error('not open');
    return this.#client;
  }

  async open(): Promise<void> {
    await this.cluster.up();
    await this.cluster.loadImages(['guestbook-web-1']);
    const { stdout } = await this.cluster.gantry(['status', '-o', 'json']);
    const { addresses } = JSON.parse(stdout) as { addresses: { node: string; dns: string } };
    this.nodeAddress = addresses.node;
    this.dnsAddress = addresses.dns;
    await this.#openOutside();
    const port = this.#options.ports.http + 1;
    this.#start(process.execPath, [peerFile], { WHO_NAME: 'node', WHO_PORT: `${port}` });
    this.#node = new Place('node', '127.0.0.1', port);
    await this.apply(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'peer' },
        data: { 'peer.ts': readFileSync(peerFile, 'utf8') },
      },
      this.deployment('peer', 3),
      this.pod({ name: 'client' }),
      this.pod({ name: 'single', labels: { single: 'yes' } }),
      this.service('peer'),
    );
    await this.cluster.kubectl(['rollout', 'status', 'deployment/peer', '--timeout=60s']);
    await this.ready('client', 'single');
    this.#client = await this.place('client');
    for (const each of [this.node, this.outside])
      await eventually(`${each.name} answers`, () => each.get('http://127.0.0.1:9/'), 10_000);
  }

  async close(): Promise<void> {
    for (const each of this.#processes) each.kill('SIGKILL');
    await this.#closeOutside();
    await this.cluster.remove();
  }

  apply(...items: readonly Json[]): Promise<string> {
    return this.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  async get<T>(...what: readonly string[]): Promise<T> {
    return JSON.parse(await this.cluster.kubectl(['get', ...what, '-o', 'json'])) as T;
  }

  async ready(...pods: readonly string[]): Promise<void> {
    const names = pods.map((name) => `pod/${name}`);
    await this.cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...names]);
  }

  at(name: string, address: string): Place {
    return new Place(name, address);
  }

  async place(pod: string): Promise<Place> {
    const { status } = await this.get<{ status: { podIP: string } }>('pod', pod);
    return new Place(pod, status.podIP);
  }

  async names(selector: string): Promise<Set<string>> {
    const { items } = await this.get<{
      items: { metadata: { name: string; deletionTimestamp?: string } }[];
    }>('pods', '-l', selector);
    return new Set(
      items.flatMap(({ metadata }) => (metadata.deletionTimestamp ? [] : [metadata.name])),
    );
  }

  async clusterIP(service: string): Promise<string> {
    const { spec } = await this.get<{ spec: { clusterIP: string } }>('service', service);
    return spec.clusterIP;
  }

  service(name: string, spec: Json = {}): Json {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: {
        selector: { app: 'peer' },
        ports: [{ name: 'http', port: 80, targetPort: peerPort }],
        ...spec,
      },
    };
  }

  /** Of the Service of that name, which selects nobody: its endpoints are set by hand. */
  slice(service: string, endpoints: readonly Json[]): Json {
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: peerPort, protocol: 'TCP' }],
      endpoints,
    };
  }

  pod({ name, labels = {}, spec, container }: PeerPod): Json {
    const template = peerTemplate(labels, container);
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels },
      spec: { ...template.spec, ...spec },
    };
  }

  deployment(name: string, replicas: number, version = '1'): Json {
    const container = { env: [{ name: 'WHO_VERSION', value: version }] };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: peerTemplate({ app: name }, container),
      },
    };
  }

  get #outsideNamespace(): string {
    return `gantry-e2e-outside-${this.#options.network}`;
  }

  /** With its namespace the link goes, too. */
  async #closeOutside(): Promise<void> {
    await run('ip', ['netns', 'delete', this.#outsideNamespace]);
  }

  async #openOutside(): Promise<void> {
    // What an interrupted run left.
    await this.#closeOutside();
    const namespace = this.#outsideNamespace;
    const link = `gantry-e2e-${this.#options.network}`;
    const node = `198.18.${this.#options.network}.1`;
    const { address } = this.outside;
    const inside = ['-n', namespace];
    const steps = [
      ['netns', 'add', namespace],
      ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace],
      ['address', 'add', `${node}/30`, 'dev', link],
      ['link', 'set', link, 'up'],
      [...inside, 'address', 'add', `${address}/30`, 'dev', 'eth0'],
      [...inside, 'link', 'set', 'eth0', 'up'],
      [...inside, 'link', 'set', 'lo', 'up'],
      [...inside, 'route', 'add', 'default', 'via', node],
    ];
    for (const step of steps) await must('ip', step);
    const start = ['netns', 'exec', namespace, process.execPath, peerFile];
    this.#start('ip', start, { WHO_NAME: 'outside' });
  }

  #start(program: string, args: readonly string[], env: Record<string, string>): void {
    const child = spawn(program, [...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#processes.push(child);
  }
}

function peerTemplate(labels: Json, container: Json = {}) {
  return {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 10,
      containers: [
        {
          name: 'peer',
          image: 'guestbook-web:1',
          command: ['/usr/bin/node', '/peer/peer.ts'],
          ports: [{ name: 'http', containerPort: peerPort }],
          readinessProbe: { httpGet: { path: '/', port: peerPort }, periodSeconds: 1 },
          volumeMounts: [{ name: 'peer', mountPath: '/peer' }],
          ...container,
        },
      ],
      volumes: [{ name: 'peer', configMap: { name: 'peer' } }],
    },
  };
}
