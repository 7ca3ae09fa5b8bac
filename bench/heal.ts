/**
 * How fast an end is noticed and mended: containers are killed one after the other, each once.
 * `out`: until the rules of Services lead no more to the pod. `runs`: until the container runs again, by
 * the status that everybody reads. Prints JSON; times in milliseconds from the kill.
 *
 *   node bench/heal.ts [--pods 10]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Api } from '../test/e2e/crash/api.ts';
import { allReady, application, containerOf, type PodView } from '../test/e2e/crash/application.ts';
import { ClusterProcesses, kill } from '../test/e2e/crash/processes.ts';
import { eventually, must } from '../test/e2e/harness.ts';
import { benchCluster, median } from './cluster.ts';

const { values } = parseArgs({ options: { pods: { type: 'string', default: '10' } } });
const count = Number(values.pods);
const goals = { outMs: 200, runsMs: 1000 };

const cluster = benchCluster();
const out: number[] = [];
const runs: number[] = [];
try {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  await cluster.apply(application);
  await cluster.kubectl(['scale', 'deployment/app', `--replicas=${count}`]);
  const api = await Api.of(cluster);
  const processes = await ClusterProcesses.of(cluster);
  for (const pod of await allReady(cluster, count)) {
    const victim = (await processes.containers()).get(containerOf(pod).id);
    if (victim === undefined) throw new Error(`${pod.metadata.name} does not run`);
    await inRules(pod, true);
    const from = performance.now();
    kill(victim);
    const [goneAt, runsAt] = await Promise.all([inRules(pod, false), runsAgain(api, pod)]);
    out.push(Math.round(goneAt - from));
    runs.push(Math.round(runsAt - from));
    await allReady(cluster, count);
  }
} finally {
  await cluster.remove();
}
const result = {
  out: { medianMs: median(out), maxMs: Math.max(...out), allMs: out, goalMs: goals.outMs },
  runs: { medianMs: median(runs), maxMs: Math.max(...runs), allMs: runs, goalMs: goals.runsMs },
  machine: { loadAverage: loadavg()[0] },
};
console.log(JSON.stringify(result, undefined, 2));

/** Answers when it was first seen so. A listing takes about ten milliseconds, which the figure contains. */
async function inRules({ status }: PodView, wanted: boolean): Promise<number> {
  return eventually(`the rules ${wanted ? 'have' : 'lack'} ${status.podIP}`, async () => {
    for (;;) {
      const rules = await must('nft', ['list', 'map', 'ip', `gantry-${cluster.name}`, 'backends']);
      if (rules.includes(`: ${status.podIP} .`) === wanted) return performance.now();
    }
  });
}

async function runsAgain(api: Api, pod: PodView): Promise<number> {
  const before = containerOf(pod).restartCount;
  const path = `/api/v1/namespaces/default/pods?watch=1&fieldSelector=metadata.name%3D${pod.metadata.name}`;
  const answer = await api.open('GET', path);
  let rest = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const { object } = JSON.parse(line) as { object: PodView };
        const { restartCount, state } = containerOf(object);
        if (restartCount > before && 'running' in state) return performance.now();
      }
    }
  } finally {
    answer.destroy();
  }
  throw new Error(`the watch of ${pod.metadata.name} ended`);
}
