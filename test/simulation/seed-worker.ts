/** One thread of `many.ts`: is given a seed, answers with the report of its run. */
import { parentPort } from 'node:worker_threads';
import { simulate, type SimulationOptions } from './simulate.ts';

interface Order {
  readonly seed: number;
  readonly options: SimulationOptions;
}

parentPort?.on('message', ({ seed, options }: Order) => {
  void simulate(seed, options).then((report) => parentPort?.postMessage(report));
});
