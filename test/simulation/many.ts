/** Many seeds, on all cores: each thread takes the next seed as soon as it is done with one. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SimulationOptions, SimulationReport } from './simulate.ts';
import { silenceMsMax } from './watchdog.ts';

export interface ManyOptions extends Omit<SimulationOptions, 'print'> {
  readonly threads?: number;
  /** Hears of each run when it is over; which is over first depends on the machine, what it tells does not. */
  readonly told: (report: SimulationReport) => void;
}

export async function simulateMany(seeds: readonly number[], options: ManyOptions): Promise<void> {
  const { threads = availableParallelism(), told, ...run } = options;
  const waiting = seeds[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    let worker = startWorker();
    for (const seed of waiting) {
      const outcome = await runOn(worker, seed, run);
      told(outcome.report);
      if (!outcome.died) continue;
      await worker.terminate();
      worker = startWorker();
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(threads, seeds.length) }, lane));
}

const startWorker = (): Worker => new Worker(new URL('./seed-worker.ts', import.meta.url));

/** A thread that dies of a seed, or stops answering, has found something too. */
function runOn(
  worker: Worker,
  seed: number,
  options: SimulationOptions,
): Promise<{ readonly report: SimulationReport; readonly died: boolean }> {
  return new Promise((resolve) => {
    const silence = setTimeout(() => died('it no longer yields'), silenceMsMax);
    const end = (report: SimulationReport, died: boolean): void => {
      clearTimeout(silence);
      worker.off('error', failed).off('exit', left).off('message', answered);
      resolve({ report, died });
    };
    const died = (words: string): void => end(deadly(seed, words), true);
    const failed = (error: unknown): void =>
      died(String(error instanceof Error ? error.stack : error));
    const left = (code: number): void => died(`the thread ended with ${code}`);
    const answered = (message: SimulationReport | 'alive'): void => {
      if (message === 'alive') silence.refresh();
      else end(message, false);
    };
    worker.on('error', failed).on('exit', left).on('message', answered);
    worker.postMessage({ seed, options });
  });
}

function deadly(seed: number, words: string): SimulationReport {
  return {
    seed,
    violations: [`the run came to no end: ${words}`],
    happened: {},
    faults: {},
    traceHash: '',
    traceLines: 0,
    traceTail: [],
    virtualMs: 0,
    settledInMs: undefined,
    timersFired: 0,
  };
}
