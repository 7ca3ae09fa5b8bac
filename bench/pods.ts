/**
 * Pods per second: a Deployment of 40 replicas from `kubectl apply` to all Ready, beside the same
 * pods straight through CRI on a containerd with the same low-level runtime. Prints JSON.
 *
 *   node bench/pods.ts [--pods 40]
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../test/e2e/harness.ts';
import { endNode, nodeOptions, openNode } from '../test/node/machine.ts';
import { benchCluster, timed } from './cluster.ts';
import { rawRate } from './raw-runtime.ts';

const { values } = parseArgs({ options: { pods: { type: 'string', default: '40' } } });
const pods = Number(values.pods);
/** As many as the agent has under way. */
const sideBySide = 6;
const goal = 0.85;

const command = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'];
const spec = {
  terminationGracePeriodSeconds: 1,
  containers: [{ name: 'main', image: 'busybox:1', imagePullPolicy: 'IfNotPresent', command }],
};
const labels = { app: 'bench' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'bench' },
  spec: {
    replicas: pods,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec },
  },
};

/** On a containerd of its own, which is gone afterwards. */
async function rawPodsPerSecond(): Promise<number> {
  const options = nodeOptions();
  const node = await openNode(options);
  try {
    return await rawRate(node, options, { spec, pods, sideBySide });
  } finally {
    await endNode(node);
  }
}

async function gantryPodsPerSecond(): Promise<number> {
  const cluster = benchCluster();
  try {
    await cluster.up();
    await cluster.mustGantry(['image', 'load', join(root, 'var/images/busybox-1.tar')]);
    const ready = `--for=jsonpath={.status.readyReplicas}=${pods}`;
    const ms = await timed(async () => {
      await cluster.apply(JSON.stringify(deployment));
      await cluster.kubectl(['wait', 'deployment/bench', ready, '--timeout=300s'], {
        timeoutMs: 310_000,
      });
    });
    return (pods / ms) * 1000;
  } finally {
    await cluster.remove();
  }
}

// Timers of this program do not keep it alive, and the node waits for nothing else.
const alive = setInterval(() => undefined, 1000);
const raw = await rawPodsPerSecond();
const gantry = await gantryPodsPerSecond();
clearInterval(alive);
const result = {
  pods,
  raw: { podsPerSecond: Number(raw.toFixed(2)), sideBySide },
  gantry: { podsPerSecond: Number(gantry.toFixed(2)) },
  share: Number((gantry / raw).toFixed(3)),
  goal,
  machine: { loadAverage: loadavg()[0] },
};
console.log(JSON.stringify(result, undefined, 2));
