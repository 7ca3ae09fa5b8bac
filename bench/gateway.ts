/**
 * What the way through gantry costs: requests per second through Ingress beside the same HAProxy with
 * a configuration of a few lines, and bytes per second through a ClusterIP beside pod to pod. The two
 * of a pair take turns, so that both see the same machine; medians count. Prints JSON.
 *
 *   node bench/gateway.ts [--rounds 40]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventually, must } from '../test/e2e/harness.ts';
import { benchCluster, median } from './cluster.ts';
import type { Task } from './gateway/peer.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(values.rounds);
/** Short, and many: what else the machine does falls on both of a pair. */
const roundMs = 250;
const goal = 0.95;
const host = 'shop.test';
const barePort = 19_090;
const nodeControl = 19_093;
const peerFile = join(import.meta.dirname, 'gateway', 'peer.ts');
const cluster = benchCluster();
const children: ChildProcess[] = [];

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
 * a server closes a kept connection under it, no servers that come and go. Threads, limits and
 * addresses are the same (HAProxy's defaults).
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
function start(program: string, args: readonly string[], env: Record<string, string> = {}): void {
  const child = spawn(program, [...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  children.push(child);
}

/** Processor time of all processes that follow this configuration, in microseconds. */
function processorMicros(config: string): number {
  let nanos = 0;
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!words.includes(config)) continue;
      for (const thread of readdirSync(`/proc/${pid}/task`))
        nanos += Number(
          readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0],
        );
    } catch {
      // It has ended meanwhile.
    }
  }
  return nanos / 1000;
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

/** Medians of both, and of their shares, round by round in turns. */
async function compare(one: () => Promise<number>, other: () => Promise<number>) {
  await one();
  await other();
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? await one() : undefined;
    const beside = await other();
    pairs.push([first ?? (await one()), beside]);
  }
  return {
    gantry: Math.round(median(pairs.map(([each]) => each))),
    beside: Math.round(median(pairs.map(([, each]) => each))),
    share: Number(median(pairs.map(([a, b]) => a / b)).toFixed(3)),
  };
}

async function addressOf(name: string): Promise<string> {
  return cluster.kubectl(['get', 'pod', name, '-o', 'jsonpath={.status.podIP}']);
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
  const clusterIP = await cluster.kubectl(['get', 'svc', 'server', '-ojsonpath={.spec.clusterIP}']);
  const config = join(cluster.folder, 'bare.cfg');
  writeFileSync(config, bareConfig(`${server}:8080`));
  start('haproxy', ['-W', '-db', '-f', config]);
  start(process.execPath, [peerFile], { BENCH_PORTS: `19091 19092 ${nodeControl}` });
  const requests = (port: number) => (): Promise<number> =>
    ask('127.0.0.1', nodeControl, {
      do: 'requests',
      address: '127.0.0.1',
      port,
      host,
      connections: 16,
      depth: 4,
      ms: roundMs,
    });
  const pull = (address: string, port: number) => (): Promise<number> =>
    ask(client, 8082, { do: 'pull', address, port, ms: roundMs });
  await eventually('everybody answers', async () => {
    await ask('127.0.0.1', nodeControl, null);
    for (const port of [barePort, cluster.httpPort]) {
      const url = `http://127.0.0.1:${port}/`;
      await must('curl', ['-sS', '--fail', '-H', `Host: ${host}`, url]);
    }
  });
  const ours = new Cost(`/var/lib/gantry/${cluster.name}/gateway/haproxy.cfg`);
  const bare = new Cost(config);
  const ingressRate = await compare(
    () => ours.of(requests(cluster.httpPort)),
    () => bare.of(requests(barePort)),
  );
  const processorMicrosPerRequest = {
    ingress: ours.microsPerRequest,
    haproxy: bare.microsPerRequest,
  };
  const bytes = await compare(pull(clusterIP, 81), pull(server, 8081));
  const requestsPerSecond = { ingress: ingressRate.gantry, haproxy: ingressRate.beside };
  const mebi = (each: number): number => Math.round(each / 2 ** 20);
  const mebibytesPerSecond = { clusterIP: mebi(bytes.gantry), podToPod: mebi(bytes.beside) };
  return {
    ingress: { requestsPerSecond, processorMicrosPerRequest, share: ingressRate.share, goal },
    clusterIP: { mebibytesPerSecond, share: bytes.share, goal },
  };
}

try {
  const result = { ...(await measure()), rounds, machine: { loadAverage: loadavg()[0] } };
  console.log(JSON.stringify(result, undefined, 2));
} finally {
  for (const { pid } of children) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  await cluster.remove();
}
