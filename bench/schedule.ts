/**
 * How fast pods find nodes: 5,000 simulated nodes, the workloads of `schedule/workloads.ts`. Each is
 * measured twice: `whole` is pods bound per second by the whole scheduler through the API server in
 * process over the store in memory; `decide` is the decision and the counting alone. `fullPassMs` is
 * one pass of all filters over all nodes, without sampling. Prints one line of JSON.
 *
 *     node bench/schedule.ts [nodes] [workload...]
 */
import { loadavg } from 'node:os';
import { decideOnly, fullPass } from './schedule/decide.ts';
import { wholeScheduler } from './schedule/whole.ts';
import { workloads } from './schedule/workloads.ts';

const [nodesText = '5000', ...names] = process.argv.slice(2);
const nodes = Number(nodesText);
const chosen = workloads.filter(({ name }) => names.length === 0 || names.includes(name));
const results: Record<string, unknown> = {};
for (const workload of chosen) {
  process.stderr.write(`${workload.name} …\n`);
  results[workload.name] = {
    pods: workload.count,
    whole: await wholeScheduler(workload, nodes),
    decide: decideOnly(workload, nodes),
    fullPassMs: fullPass(workload, nodes),
  };
}
console.log(
  JSON.stringify({ bench: 'schedule', nodes, loadAverage: loadavg()[0], workloads: results }),
);
