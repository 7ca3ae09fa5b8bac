/**
 * What a cluster costs that has nothing to do: ten pods, and nobody who changes anything. Processor time and
 * memory of the program (all of gantry but containerd, the shims and HAProxy, which stand beside it). Prints JSON.
 *
 *   node bench/idle.ts [--seconds 300]
 */
import { readFileSync, readdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { allReady, application } from '../test/e2e/crash/application.ts';
import { ClusterProcesses, type Part, pidOf } from '../test/e2e/crash/processes.ts';
import { benchCluster } from './cluster.ts';
import { cpuSecondsOf } from './cpu.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '300' } } });
const seconds = Number(values.seconds);
const pods = 10;
const goals = { corePercent: 0.5, memoryMiB: 150 };
/** What the start left to do has ended by then. */
const settleMs = 15_000;

interface Use {
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
}

const cluster = benchCluster();
try {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  // A readiness probe every ten seconds, as by default: a second is what crash tests want.
  await cluster.apply(application.replace('periodSeconds: 1', 'periodSeconds: 10'));
  await cluster.kubectl(['scale', 'deployment/app', `--replicas=${pods}`]);
  await allReady(cluster, pods);
  await pause(settleMs);
  const processes = await ClusterProcesses.of(cluster);
  const pid = (part: Part): number => pidOf(processes.of(part));
  const watched = {
    program: pid('program'),
    containerd: pid('containerd'),
    haproxy: pid('haproxy'),
  };
  const before = Object.entries(watched).map(([name, pid]) => [name, useOf(pid)] as const);
  await pause(seconds * 1000);
  const parts = Object.fromEntries(
    before.map(([name, { cpuSeconds }]) => {
      const now = useOf(watched[name as keyof typeof watched]);
      const corePercent = ((now.cpuSeconds - cpuSeconds) / seconds) * 100;
      return [name, { corePercent: rounded(corePercent), memoryMiB: now.memoryMiB }];
    }),
  );
  const shims = shimsOf(watched.containerd).map(useOf);
  const result = {
    pods,
    seconds,
    ...parts,
    shims: {
      count: shims.length,
      memoryMiB: rounded(shims.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)),
    },
    goals,
    machine: { loadAverage: loadavg()[0] },
  };
  console.log(JSON.stringify(result, undefined, 2));
} finally {
  await cluster.remove();
}

function useOf(pid: number): Use {
  const memory = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: cpuSecondsOf(pid),
    memoryMiB: rounded(Number(memory) / 1024),
  };
}

/** Shims say on their command line whose they are. */
function shimsOf(containerd: number): number[] {
  const socket = readFileSync(`/proc/${containerd}/cmdline`, 'utf8').split('\0');
  const config = socket[socket.indexOf('--config') + 1] ?? '';
  const address = config.replace('config.toml', 'containerd.sock');
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words[0]?.includes('containerd-shim') && words.includes(address) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
