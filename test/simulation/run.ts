/**
 * Runs simulations by hand:
 *   npm run simulate -- --seed 7 --trace       one run, every line of it
 *   npm run simulate -- --seeds 2000           seeds 1 to 2000 on all cores, a line for each that fails
 *   npm run simulate -- --seed 5000 --seeds 20 --threads 1 --list
 * Ends with 1 when a run failed.
 */
import { parseArgs } from 'node:util';
import { simulateMany } from './many.ts';
import { simulate, type SimulationReport } from './simulate.ts';
import { Summary } from './summary.ts';
import { watchMainThread } from './watchdog.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    actions: { type: 'string' },
    tail: { type: 'string', default: '60' },
    threads: { type: 'string' },
    trace: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const count = Number(values.seeds);
const options = {
  tailMax: Number(values.tail),
  ...(values.actions && { actions: Number(values.actions) }),
};
const summary = new Summary();
const progressEvery = 100;

function told(report: SimulationReport): void {
  const { seed, violations, traceTail } = report;
  summary.add(report);
  const fails = violations.length > 0;
  if (fails || values.list || count === 1) console.log(lineOf(report));
  const { seeds } = summary;
  if (seeds % progressEvery === 0 && seeds < count) console.log(`${seeds} of ${count} seeds`);
  if (!fails) return;
  if (!values.trace) for (const line of traceTail) console.log(`  ${line}`);
  for (const words of violations) console.log(`  FAILED: seed ${seed}: ${words}`);
}

function lineOf(report: SimulationReport): string {
  const { seed, traceHash, traceLines, virtualMs: ms, settledInMs, timersFired } = report;
  const settled = settledInMs === undefined ? 'not settled' : `settled in ${settledInMs} ms`;
  const seconds = Math.round(ms / 1000);
  return `seed ${seed}: ${traceHash}, ${traceLines} lines, ${timersFired} timers, ${seconds} s, ${settled}`;
}

const first = Number(values.seed);
const from = performance.now();
if (count === 1) {
  const watchdog = watchMainThread();
  told(
    await simulate(first, {
      ...options,
      ...(values.trace && { print: (line: string) => console.log(line) }),
    }),
  );
  await watchdog.end();
} else {
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
  await simulateMany(seeds, { ...options, ...threads, told });
}
const seconds = (performance.now() - from) / 1000;
const each = values.actions ? `--actions ${values.actions} ` : '';
const repeat = `npm run simulate -- ${each}--seed`;
for (const line of summary.lines(seconds, repeat)) console.log(line);
if (summary.failed.length > 0) process.exitCode = 1;
