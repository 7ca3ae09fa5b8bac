/**
 * How much is tried. The seed is fixed, so that a change is judged by its own faults; by hand, others:
 *   FUZZ_SEED=7 FUZZ_RUNS=5000 node --test test/fuzz/door.test.ts
 */
const number = (name: string, usual: number): number => Number(process.env[name] ?? usual);

export function fuzz(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: number('FUZZ_SEED', 20_261_127), numRuns: number('FUZZ_RUNS', numRuns) };
}
