/**
 * How fast a node brings up pods: the raw runtime (sandbox, create, start) beside the agent with a
 * control plane in the same process. Needs root and the programs of a node.
 * Usage: node bench/node-pods.ts [pods] [side by side]
 */
import { pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { Pod } from '#api/types.ts';
import { openControlPlane } from '../test/node/cluster.ts';
import { endNode, eventually, nodeOptions, openNode } from '../test/node/machine.ts';
import { rawRate } from './raw-runtime.ts';

const count = Number(process.argv[2] ?? 40);
const sideBySide = Number(process.argv[3] ?? 6);
const spec = {
  terminationGracePeriodSeconds: 1,
  containers: [
    {
      name: 'main',
      image: 'busybox:1',
      command: ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'],
    },
  ],
};
const options = nodeOptions();

// Timers of this program do not keep it alive, and a benchmark waits for nothing else.
const alive = setInterval(() => undefined, 1000);
const plane = await openControlPlane();
const node = await openNode(options);
try {
  const limit = await rawRate(node, options, { spec, pods: count, sideBySide });
  console.log(`raw runtime: ${limit.toFixed(1)} pods/s`);
  await node.start(plane.verbsOfNode(options.name));
  await eventually(async () => {
    const found = await plane.admin
      .get({
        group: '',
        version: 'v1',
        resource: 'serviceaccounts',
        namespace: 'default',
        name: 'default',
      })
      .catch(() => undefined);
    return found !== undefined;
  });
  await plane.createPod('warm', spec);
  await eventually(async () => (await plane.pod('warm'))?.status?.phase === 'Running');
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) => plane.createPod(`p${index}`, spec)),
  );
  const listed = async (): Promise<Pod[]> =>
    (await plane.admin.list(collectionOf(pods, 'default'))).items as Pod[];
  const ready = (pod: Pod): boolean =>
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ===
    true;
  await eventually(async () => (await listed()).filter(ready).length > count, 'all', 120_000, 50);
  const seconds = (performance.now() - from) / 1000;
  const spent = process.cpuUsage(cpu);
  const own = (spent.user + spent.system) / 1000 / count;
  console.log(
    `agent: ${(count / seconds).toFixed(1)} pods/s, ${((count / seconds / limit) * 100).toFixed(0)} % of raw, own CPU ${own.toFixed(1)} ms a pod`,
  );
  const end = performance.now();
  for (const { metadata } of await listed()) {
    await plane.admin.delete({ ...collectionOf(pods, 'default'), name: metadata.name ?? '' });
  }
  await eventually(async () => (await listed()).length === 0, 'the end', 120_000, 50);
  console.log(`removal: ${((count + 1) / ((performance.now() - end) / 1000)).toFixed(1)} pods/s`);
} finally {
  await endNode(node);
  await plane.stop();
  clearInterval(alive);
}
