/** The cluster that benchmarks run on: of its own, so that one that is in use is not disturbed. */
import { Cluster } from '../test/e2e/harness.ts';

export function benchCluster(): Cluster {
  return new Cluster('bench', { api: 19_443, http: 19_081, https: 19_444 });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return Math.round(performance.now() - from);
}
