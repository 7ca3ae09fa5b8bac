/**
 * How fast a whole control plane takes Deployments in: server, controllers and scheduler in process
 * over the store in memory, until every pod has a node. Prints one line of JSON.
 *
 *     node bench/control-plane.ts [nodes] [pods]
 */
import { deployments, nodes, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { ControlPlane } from '#main/control-plane.ts';
import { nodeNamed } from '#scheduler/testing/objects.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import { systemClock } from '#sys/clock.ts';
import { systemRandom } from '#sys/random.ts';
import { systemTimers } from '#sys/timers.ts';
import { generateKey } from '#wire/pki/key-pair.ts';
import { deploymentNamed } from '#controllers/testing/control-plane.ts';

const [nodeCount = 100, podCount = 2000] = process.argv.slice(2).map(Number);
const podsEach = 20;
const parts = { clock: systemClock, timers: systemTimers, random: systemRandom };
const plane = await ControlPlane.create({
  ...parts,
  backend: openMemoryStore(parts),
  log: silentLogger,
  serviceRanges: ['10.96.0.0/12'],
  signingKeys: [generateKey()],
  rootCertificates: () => '',
});
await plane.start();
const verbs = plane.server.verbsFor({ name: 'bench', groups: ['system:masters'] });
for (let at = 0; at < nodeCount; at++) {
  await verbs.create(collectionOf(nodes as Kind), nodeNamed(`n${at}`, { cpu: '64', pods: '500' }));
}

let bound = 0;
const allBound = new Promise<void>((resolve) => {
  plane.runtime.informers.of(pods).listen((previous: Pod | undefined, next: Pod | undefined) => {
    if (next?.spec.nodeName && !previous?.spec.nodeName && ++bound >= podCount) resolve();
  });
});
// The control plane's own timers keep no process alive.
setInterval(() => undefined, 1000);
const start = systemClock.monotonic();
for (let at = 0; at < podCount / podsEach; at++) {
  const body = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...deploymentNamed(`d${at}`, podsEach),
  };
  await verbs.create(collectionOf(deployments as Kind, 'default'), body as KubeObject);
}
await allBound;
const seconds = (systemClock.monotonic() - start) / 1000;
const podsPerSecond = Math.round(podCount / seconds);
console.log(
  JSON.stringify({
    bench: 'control-plane',
    nodes: nodeCount,
    pods: podCount,
    seconds,
    podsPerSecond,
  }),
);
await plane.stop();
process.exit(0);
