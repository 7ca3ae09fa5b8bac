/** One thread of `many.ts`: is given a seed, answers with the report of its run, and shows that it is alive. */
import { parentPort } from 'node:worker_threads';
import { simulate, type SimulationOptions } from './simulate.ts';
import { signEveryMs } from './watchdog.ts';

interface Order {
  readonly seed: number;
  readonly options: SimulationOptions;
}

setInterval(() => parentPort?.postMessage('alive'), signEveryMs);
parentPort?.on('message', ({ seed, options }: Order) => {
  void simulate(seed, options).then((report) => parentPort?.postMessage(report));
});
