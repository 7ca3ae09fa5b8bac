/**
 * Pods per second: a Deployment of 40 replicas from `kubectl apply` to all Ready, beside the same
 * pods straight through CRI on a containerd with the same low-level runtime. The two take turns for
 * several rounds, so that both see the same machine, each round on a node without pods and a machine
 * at rest; what counts is the median of the rounds' shares. CPU is the whole machine's, a pod. Prints JSON.
 *
 *   node bench/pods.ts [--pods 40] [--rounds 15]
 */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Deployment } from '#api/types.ts';
import { containerdPaths } from '#node/containerd/config.ts';
import { Api } from '../test/e2e/crash/api.ts';
import { ClusterProcesses, pidOf } from '../test/e2e/crash/processes.ts';
import { type Cluster, eventually, root } from '../test/e2e/harness.ts';
import { endNode, nodeOptions, openNode } from '../test/node/machine.ts';
import { benchCluster, median } from './cluster.ts';
import { cpuSecondsOf, machineCpuSeconds } from './cpu.ts';
import { rawRun } from './raw-runtime.ts';

const { values } = parseArgs({
  options: { pods: { type: 'string', default: '40' }, rounds: { type: 'string', default: '15' } },
});
const pods = Number(values.pods);
const rounds = Number(values.rounds);
/** As many as the agent has under way. */
const sideBySide = 6;
const goal = 0.85;
/** Of one processor: less is a machine at rest. */
const quietShare = 0.15;
/** Rounds that began all the same, after ten seconds: others work on this machine. */
let neverAtRest = 0;
/** The first pods of a node find nothing in any cache. */
const warmUpPods = 10;

const command = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'];
const spec = {
  terminationGracePeriodSeconds: 1,
  containers: [{ name: 'main', image: 'busybox:1', imagePullPolicy: 'IfNotPresent', command }],
};
const labels = { app: 'bench' };
const collection = '/apis/apps/v1/namespaces/default/deployments';

function deployment(replicas: number) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bench' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

interface Round {
  readonly podsPerSecond: number;
  /** Of the whole machine. */
  readonly cpuMsPerPod: number;
}

interface Side {
  readonly lowLevel: string;
  round(count: number): Promise<Round>;
}

async function measured(count: number, work: () => Promise<unknown>): Promise<Round> {
  await settled();
  const cpu = machineCpuSeconds();
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  const podsPerSecond = (count / ms) * 1000;
  return { podsPerSecond, cpuMsPerPod: ((machineCpuSeconds() - cpu) * 1000) / count };
}

/** The kernel goes on with what a round has left, network namespaces above all: not at the next one's cost. */
async function settled(): Promise<void> {
  const sampleMs = 250;
  for (let tries = 0; tries < 40; tries += 1) {
    const before = machineCpuSeconds();
    await pause(sampleMs);
    if (machineCpuSeconds() - before < (sampleMs / 1000) * quietShare) return;
  }
  neverAtRest += 1;
}

/** A containerd of its own, configured as the cluster's is. */
async function openRaw(): Promise<Side & { end(): Promise<void> }> {
  const options = nodeOptions();
  const node = await openNode(options);
  await node.images.import(join(root, 'var/images/busybox-1.tar'));
  return {
    lowLevel: lowLevelOf(options.directory),
    round: async (count) => {
      const run = rawRun(node, options, { spec, pods: count, sideBySide });
      try {
        return await measured(count, run.start);
      } finally {
        await run.end();
      }
    },
    end: () => endNode(node),
  };
}

async function openGantry(cluster: Cluster): Promise<Side & { readonly own: number[] }> {
  const api = await Api.of(cluster);
  const processes = await ClusterProcesses.of(cluster);
  const program = pidOf(processes.of('program'));
  const own: number[] = [];
  return {
    lowLevel: lowLevelOf(join((await cluster.status()).paths.data, 'node')),
    /** Milliseconds of the program's own CPU a pod, of each round. */
    own,
    round: async (count) => {
      const { ready } = await watchReady(api, count);
      const cpu = cpuSecondsOf(program);
      const round = await measured(count, async () => {
        await cluster.apply(JSON.stringify(deployment(count)));
        await ready;
      });
      own.push(((cpuSecondsOf(program) - cpu) * 1000) / count);
      await cluster.kubectl(['delete', 'deployment/bench', '--wait=false']);
      await eventually('no pod is left', () => noneLeft(api, processes));
      return round;
    },
  };
}

/** Heard from a watch of our own: a kubectl that waits would take CPU from what it waits for. */
async function watchReady(api: Api, count: number): Promise<{ readonly ready: Promise<void> }> {
  const answer = await api.open('GET', `${collection}?watch=1&fieldSelector=metadata.name%3Dbench`);
  const listen = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      const all = lines.map((line) => (JSON.parse(line) as { object: Deployment }).object.status);
      if (all.some((status) => status?.readyReplicas === count)) return;
    }
    throw new Error('the watch of the Deployment ended');
  };
  return { ready: listen() };
}

async function noneLeft(api: Api, processes: ClusterProcesses): Promise<void> {
  const { items } = await api.read<{ items: unknown[] }>('/api/v1/namespaces/default/pods');
  if (items.length > 0) throw new Error(`there are ${items.length} pods`);
  const { size } = await processes.containers();
  if (size > 0) throw new Error(`there are ${size} containers`);
}

function lowLevelOf(directory: string): string {
  const config = readFileSync(containerdPaths(directory).config, 'utf8');
  return /default_runtime_name = "(\w+)"/.exec(config)?.[1] ?? '';
}

/** First the one, then the other, the next time the other way round. */
async function takeTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 === 0 ? all : all.toReversed();
    for (const one of turn) await work(one);
  }
}

function figures(all: readonly Round[]) {
  const rates = all.map(({ podsPerSecond }) => rounded(podsPerSecond));
  return {
    podsPerSecond: { ...spread(rates), all: rates },
    cpuMsPerPod: rounded(median(all.map(({ cpuMsPerPod }) => cpuMsPerPod))),
  };
}

function spread(all: readonly number[]) {
  return { median: rounded(median(all)), min: Math.min(...all), max: Math.max(...all) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

// Timers of this program do not keep it alive, and the node waits for nothing else.
const alive = setInterval(() => undefined, 1000);
const load = loadavg()[0];
const cluster = benchCluster();
let endRaw: (() => Promise<void>) | undefined;
try {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  const gantry = await openGantry(cluster);
  const raw = await openRaw();
  endRaw = () => raw.end();
  const all = new Map<Side, Round[]>([raw, gantry].map((side) => [side, []]));
  for (const side of all.keys()) await side.round(warmUpPods);
  gantry.own.length = 0;
  await takeTurns([...all], async ([side, done]) => {
    done.push(await side.round(pods));
  });
  const [rawRounds = [], gantryRounds = []] = all.values();
  const shares = gantryRounds.map(({ podsPerSecond }, round) =>
    rounded(podsPerSecond / (rawRounds[round]?.podsPerSecond ?? Number.NaN)),
  );
  const result = {
    pods,
    rounds,
    raw: { lowLevel: raw.lowLevel, sideBySide, ...figures(rawRounds) },
    gantry: {
      lowLevel: gantry.lowLevel,
      ...figures(gantryRounds),
      ownCpuMsPerPod: rounded(median(gantry.own)),
    },
    share: { ...spread(shares), all: shares },
    goal,
    machine: { loadAverageBefore: load, neverAtRest },
  };
  console.log(JSON.stringify(result, undefined, 2));
} finally {
  await endRaw?.();
  await cluster.remove();
  clearInterval(alive);
}
