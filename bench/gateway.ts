/**
 * What the way through gantry costs: requests per second through Ingress beside the same HAProxy with
 * a configuration of a few lines, and bytes per second through a ClusterIP beside pod to pod. The two
 * of a pair take turns, so that both see the same machine. A HAProxy keeps for life what luck gave it
 * when it started (where its memory lies, which thread got which connections), up to a tenth of its
 * requests: both are started anew several times, and all rounds together count. Prints JSON.
 *
 *   node bench/gateway.ts [--starts 8] [--rounds 10]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, must } from '../test/e2e/harness.ts';
import { benchCluster, median } from './cluster.ts';
import type { Task } from './gateway/peer.ts';

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '10' },
    depth: { type: 'string', default: '1' },
  },
});
const starts = Number(values.starts);
const rounds = Number(values.rounds);
/** Short, and many: what else the machine does falls on both of a pair. */
const roundMs = 250;
/** One connection's bytes differ by a seventh from round to round, by where the kernel runs its two ends. */
const pulls = { ms: 100, perRound: 6 };
const goal = 0.95;
const host = 'shop.test';
const barePort = 19_090;
const nodeControl = 19_093;
const peerFile = join(import.meta.dirname, 'gateway', 'peer.ts');
const cluster = benchCluster();
const oursConfig = `/var/lib/gantry/${cluster.name}/gateway/haproxy.cfg`;
const children: ChildProcess[] = [];
let bare: ChildProcess | undefined;

async function ask(address: string, port: number, task: Task | null): Promise<number> {
  const url = `http://${address}:${port}/`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(task) });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return (await response.json()) as number;
}

function pod(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'guestbook-web:1',
          command: ['/usr/bin/node', '/peer/peer.ts'],
          readinessProbe: { tcpSocket: { port: 8082 }, periodSeconds: 1 },
          volumeMounts: [{ name: 'peer', mountPath: '/peer' }],
        },
      ],
      volumes: [{ name: 'peer', configMap: { name: 'peer' } }],
    },
  };
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'server' },
  spec: {
    selector: { app: 'server' },
    ports: [
      { name: 'http', port: 80, targetPort: 8080 },
      { name: 'source', port: 81, targetPort: 8081 },
    ],
  },
};

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'server' },
  spec: {
    rules: [
      {
        host,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'server', port: { name: 'http' } } },
            },
          ],
        },
      },
    ],
  },
};

/**
 * As somebody writes it who has one application: a host, the client's address, a server, connections
 * that are kept. It does less for its users: no other `X-Forwarded-…` headers, no request repeated when
 * a server closes a kept connection under it, no servers that come and go. Limits and addresses are the same
 * (HAProxy's defaults); so are its threads, as many, but bound to no processor.
 */
function bareConfig(server: string): string {
  return `defaults
  mode http
  option forwardfor
  timeout connect 3s
  timeout client 60s
  timeout server 60s
frontend http
  bind :${barePort}
  use_backend web if { req.hdr(host) -m str ${host} }
backend web
  http-reuse safe
  server web ${server}
`;
}

/**
 * In a session of its own, as a service has it: the kernel shares processors out by sessions, and who
 * shares one with the client would have the client's part, too.
 */
function start(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(program, [...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  children.push(child);
  return child;
}

/** Of all processes, those that follow this configuration: HAProxy's master and its workers. */
function followers(config: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(config);
    } catch {
      return false; // No process, or it has ended meanwhile.
    }
  });
}

/** Processor time of all processes that follow this configuration, in microseconds. */
function processorMicros(config: string): number {
  const nanos = followers(config).flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    ),
  );
  return nanos.reduce((sum, each) => sum + each, 0) / 1000;
}

/** What a request costs HAProxy: steadier than how many there are on a machine that does other things, too. */
class Cost {
  readonly #config: string;
  readonly #samples: number[] = [];

  constructor(config: string) {
    this.#config = config;
  }

  async of(work: () => Promise<number>): Promise<number> {
    const before = processorMicros(this.#config);
    const perSecond = await work();
    const spent = processorMicros(this.#config) - before;
    this.#samples.push(spent / ((perSecond * roundMs) / 1000));
    return perSecond;
  }

  get microsPerRequest(): number {
    return Number(median(this.#samples).toFixed(1));
  }
}

type Measure = () => Promise<number>;

/** What gantry and who stands beside it managed per second, in turns; every round counts alike. */
class Turns {
  readonly #gantry: number[] = [];
  readonly #beside: number[] = [];

  /** The first round of each warms up and does not count. */
  async take(rounds: number, one: Measure, other: Measure): Promise<void> {
    await one();
    await other();
    for (let round = 0; round < rounds; round += 1) {
      const first = round % 2 === 0 ? await one() : undefined;
      this.#beside.push(await other());
      this.#gantry.push(first ?? (await one()));
    }
  }

  get result(): { gantry: number; beside: number; share: number } {
    const [gantry, beside] = [mean(this.#gantry), mean(this.#beside)];
    return { gantry, beside, share: Number((gantry / beside).toFixed(3)) };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

async function addressOf(name: string): Promise<string> {
  return cluster.kubectl(['get', 'pod', name, '-o', 'jsonpath={.status.podIP}']);
}

/** Somebody changes a deadline of the Ingress: gantry starts a HAProxy of a new configuration. */
async function startOursAnew(seconds: number): Promise<void> {
  const before = followers(oursConfig).join();
  const annotation = `nginx.ingress.kubernetes.io/proxy-read-timeout=${seconds}`;
  await cluster.kubectl(['annotate', '--overwrite', 'ingress', 'server', annotation]);
  await eventually('the new HAProxy is alone', async () => {
    const now = followers(oursConfig);
    if (now.length !== 2 || now.join() === before) throw new Error(`${before}: ${now.join()}`);
    await answers(cluster.httpPort);
  });
}

async function startBareAnew(config: string): Promise<void> {
  bare?.kill('SIGKILL');
  if (bare?.exitCode === null) await once(bare, 'exit');
  bare = start('haproxy', ['-db', '-f', config]);
  await eventually('the HAProxy beside answers', () => answers(barePort));
}

async function answers(port: number): Promise<void> {
  await must('curl', ['-sS', '--fail', '-H', `Host: ${host}`, `http://127.0.0.1:${port}/`]);
}

async function throughIngress(server: string) {
  const config = join(cluster.folder, 'bare.cfg');
  writeFileSync(config, bareConfig(`${server}:8080`));
  start(process.execPath, [peerFile], { BENCH_PORTS: `19091 19092 ${nodeControl}` });
  await eventually('the client answers', () => ask('127.0.0.1', nodeControl, null));
  const requests = (port: number) => (): Promise<number> =>
    ask('127.0.0.1', nodeControl, {
      do: 'requests',
      address: '127.0.0.1',
      port,
      host,
      connections: 16,
      depth: Number(values.depth),
      ms: roundMs,
    });
  const [ours, beside, turns] = [new Cost(oursConfig), new Cost(config), new Turns()];
  for (let at = 0; at < starts; at += 1) {
    await startOursAnew(61 + at);
    await startBareAnew(config);
    await turns.take(
      rounds,
      () => ours.of(requests(cluster.httpPort)),
      () => beside.of(requests(barePort)),
    );
  }
  const { gantry, beside: haproxy, share } = turns.result;
  return {
    requestsPerSecond: { ingress: Math.round(gantry), haproxy: Math.round(haproxy) },
    processorMicrosPerRequest: {
      ingress: ours.microsPerRequest,
      haproxy: beside.microsPerRequest,
    },
    share,
    goal,
  };
}

async function throughClusterIP(server: string, client: string) {
  const clusterIP = await cluster.kubectl(['get', 'svc', 'server', '-ojsonpath={.spec.clusterIP}']);
  const pull = (address: string, port: number) => (): Promise<number> =>
    ask(client, 8082, { do: 'pull', address, port, ms: pulls.ms });
  const turns = new Turns();
  await turns.take(starts * rounds * pulls.perRound, pull(clusterIP, 81), pull(server, 8081));
  const { gantry, beside, share } = turns.result;
  const mebi = (each: number): number => Math.round(each / 2 ** 20);
  const mebibytesPerSecond = { clusterIP: mebi(gantry), podToPod: mebi(beside) };
  return { mebibytesPerSecond, share, goal };
}

async function measure() {
  await cluster.up();
  await cluster.loadImages(['guestbook-web-1']);
  const data = { 'peer.ts': readFileSync(peerFile, 'utf8') };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'peer' }, data };
  const items = [map, pod('server'), pod('client'), service, ingress];
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const names = ['pod/server', 'pod/client'];
  await cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...names]);
  const [server, client] = [await addressOf('server'), await addressOf('client')];
  return {
    ingress: await throughIngress(server),
    clusterIP: await throughClusterIP(server, client),
  };
}

try {
  const result = { ...(await measure()), starts, rounds, machine: { loadAverage: loadavg()[0] } };
  console.log(JSON.stringify(result, undefined, 2));
} finally {
  for (const child of children) child.kill('SIGKILL');
  await cluster.remove();
}
