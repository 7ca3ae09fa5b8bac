/**
 * How long a start takes. `up`: from an empty data directory, packages present, to the end of
 * `gantry up` (node Ready, DNS and gateway answer). `restart`: from kill -9 of the program, with
 * containerd and containers going on, to the API's first answer. Prints JSON; times in milliseconds.
 *
 *   node bench/start.ts [--rounds 5]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Api } from '../test/e2e/crash/api.ts';
import { ClusterProcesses } from '../test/e2e/crash/processes.ts';
import { eventually } from '../test/e2e/harness.ts';
import { benchCluster, median, timed } from './cluster.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
/** Asking takes time of the processor, too, which the program needs. */
const betweenAsksMs = 5;
const goals = { upMs: 2000, restartMs: 500 };

const cluster = benchCluster();
const up: number[] = [];
const restart: number[] = [];
let memoryBytes = 0;
try {
  for (let round = 0; round < rounds; round += 1) {
    up.push(await timed(() => cluster.up()));
    const api = await Api.of(cluster);
    const processes = await ClusterProcesses.of(cluster);
    processes.kill('program');
    restart.push(await timed(() => firstAnswer(api)));
    await eventually('the cluster is ready again', async () => {
      const status = await cluster.status();
      if (!status.ready) throw new Error('it is not');
      ({ memoryBytes } = status);
    });
    await cluster.mustGantry(['reset', '--yes']);
  }
} finally {
  await cluster.remove();
}
const result = {
  up: { medianMs: median(up), allMs: up, goalMs: goals.upMs },
  restart: { medianMs: median(restart), allMs: restart, goalMs: goals.restartMs },
  program: { memoryBytes },
  machine: { loadAverage: loadavg()[0] },
};
console.log(JSON.stringify(result, undefined, 2));

async function firstAnswer(api: Api): Promise<void> {
  for (;;) {
    try {
      await api.read('/api/v1/namespaces/default');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, betweenAsksMs));
    }
  }
}
