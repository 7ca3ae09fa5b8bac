/**
 * Seeded runs of a whole cluster. A failure names its seed; to repeat it with every line:
 *   npm run simulate -- --seed SEED --actions 20 --trace
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { actions as allActions } from './actions.ts';
import { simulateMany } from './many.ts';
import { simulate, type SimulationReport } from './simulate.ts';

const actions = 20;
/** So many that everything happens in them that people and misfortune can do. */
const fixedSeeds = 40;
/** By count, so that a busy machine runs as many: together a good minute on two idle cores. */
const chanceSeeds = 100;

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
  const happened = new Set(reports.flatMap((report) => report.happened));
  const missed = allActions.map(({ name }) => name).filter((name) => !happened.has(name));
  assert.deepEqual(missed, []);
});

test('the same seed gives the same run', async () => {
  const [first, second] = [await simulate(1, { actions }), await simulate(1, { actions })];
  assert.equal(first.traceHash, second.traceHash);
  const { traceHash: other } = await simulate(3, { actions });
  assert.notEqual(first.traceHash, other);
});

test('seeds that nobody has chosen pass too', async (t) => {
  const first = randomInt(1_000_000_000);
  t.diagnostic(`seeds ${first} to ${first + chanceSeeds - 1}`);
  const reports = await reportsFrom(first, chanceSeeds);
  for (const report of reports) assertWell(report);
});
