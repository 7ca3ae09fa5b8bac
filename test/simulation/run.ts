/**
 * Runs simulations by hand:
 *   node test/simulation/run.ts --seed 7            one run, its end on failure
 *   node test/simulation/run.ts --seed 7 --trace    with every line
 *   node test/simulation/run.ts --seed 1 --seeds 500
 */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    actions: { type: 'string' },
    tail: { type: 'string', default: '60' },
    trace: { type: 'boolean', default: false },
  },
});

const first = Number(values.seed);
const failed: number[] = [];
const from = performance.now();
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const begun = performance.now();
  const report = await simulate(seed, {
    tailMax: Number(values.tail),
    ...(values.actions && { actions: Number(values.actions) }),
    ...(values.trace && { print: (line: string) => console.log(line) }),
  });
  const { violations, traceHash, traceLines, traceTail, virtualMs, settledInMs, timersFired } =
    report;
  const took = Math.round(performance.now() - begun);
  const settled = settledInMs === undefined ? 'not settled' : `settled in ${settledInMs} ms`;
  console.log(
    `seed ${seed}: ${traceHash}, ${traceLines} lines, ${timersFired} timers, ` +
      `${Math.round(virtualMs / 1000)} s in ${took} ms, ${settled}`,
  );
  if (violations.length === 0) continue;
  failed.push(seed);
  if (!values.trace) for (const line of traceTail) console.log(`  ${line}`);
  for (const words of violations) console.log(`  FAILED: ${words}`);
}
const seconds = (performance.now() - from) / 1000;
console.log(`${(Number(values.seeds) / seconds).toFixed(2)} seeds per second`);
if (failed.length > 0) {
  console.log(`failed: ${failed.join(' ')}`);
  process.exitCode = 1;
}
