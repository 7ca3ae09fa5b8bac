/**
 * Seeded runs of a whole cluster. A failure names its seed; to repeat it with every line:
 *   npm run simulate -- --seed SEED --actions 20 --trace
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actions as allActions } from './actions.ts';
import { simulateMany } from './many.ts';
import { simulate, type SimulationReport } from './simulate.ts';

const actions = 20;
/** So many that everything happens in them that people and misfortune can do. */
const fixedSeeds = 40;
/**
 * More of them, the same each time, so that a change is judged by its own faults: together a good minute
 * on two idle cores. By hand, others: `npm run simulate`, or SIMULATION_SEED=N for this test.
 */
const moreSeeds = { first: Number(process.env['SIMULATION_SEED'] ?? 5000), count: 100 };

function assertWell({ seed, violations, traceTail }: SimulationReport): void {
  const words = [
    `seed ${seed} failed: ${violations.join('; ')}`,
    `repeat: npm run simulate -- --seed ${seed} --actions ${actions} --trace`,
    ...traceTail,
  ];
  assert.deepEqual(violations, [], words.join('\n'));
}

async function reportsFrom(first: number, count: number): Promise<SimulationReport[]> {
  const reports: SimulationReport[] = [];
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  await simulateMany(seeds, { actions, told: (report) => reports.push(report) });
  return reports;
}

test('the desired state is reached, and no promise broken on the way', async () => {
  const reports = await reportsFrom(1, fixedSeeds);
  for (const report of reports) assertWell(report);
  const happened = new Set(reports.flatMap(({ happened }) => Object.keys(happened)));
  const missed = allActions.map(({ name }) => name).filter((name) => !happened.has(name));
  assert.deepEqual(missed, []);
});

test('the same seed gives the same run', async () => {
  const [first, second] = [await simulate(1, { actions }), await simulate(1, { actions })];
  assert.equal(first.traceHash, second.traceHash);
  const { traceHash: other } = await simulate(3, { actions });
  assert.notEqual(first.traceHash, other);
});

test('more seeds pass, too', async (t) => {
  const { first, count } = moreSeeds;
  t.diagnostic(`seeds ${first} to ${first + count - 1}`);
  for (const report of await reportsFrom(first, count)) assertWell(report);
});
