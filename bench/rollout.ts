/**
 * No request is lost: requests over new and over kept connections, through ClusterIP, NodePort,
 * LoadBalancer and Ingress, while the application is updated ten times and its pods are drained from
 * the node one after the other. Prints JSON; the goal is 0 failed requests. Asked are this machine's
 * own addresses alone, by each client one request at a time with a pause between.
 *
 *   node bench/rollout.ts [--updates 10]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { eventually } from '../test/e2e/harness.ts';
import type { Load, Task } from '../test/e2e/traffic/peer.ts';
import { type Place, World } from '../test/e2e/traffic/world.ts';
import { timed } from './cluster.ts';

const { values } = parseArgs({ options: { updates: { type: 'string', default: '10' } } });
const updates = Number(values.updates);
const replicas = 3;
const app = 'busy';
const host = 'busy.test';
const balancerPort = 9099;

interface Side {
  readonly place: Place;
  readonly task: Task & { readonly do: 'load' };
}

const world = new World({
  name: 'bench',
  ports: { api: 19_443, http: 19_081, https: 19_444 },
  network: 79,
});

function kubectl(...args: readonly string[]): Promise<string> {
  return world.cluster.kubectl(args);
}

const rolledOut = (): Promise<string> =>
  kubectl('rollout', 'status', `deployment/${app}`, '--timeout=120s');

async function deploy(): Promise<void> {
  const selector = { app };
  const port = { name: 'http', targetPort: 8080 };
  await world.apply(
    world.deployment(app, replicas, '0'),
    world.service(app, { selector, type: 'NodePort' }),
    world.service(`${app}-balanced`, {
      selector,
      type: 'LoadBalancer',
      ports: [{ ...port, port: balancerPort }],
    }),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: app },
      spec: {
        rules: [
          {
            host,
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: app, port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  );
  await rolledOut();
}

/** Each way from where it is used: from a pod, from the node, from a machine outside. */
async function sides(): Promise<Side[]> {
  const made = await world.get<{ spec: { ports: { nodePort: number }[] } }>('service', app);
  const inside = `http://${await world.clusterIP(app)}/`;
  const node = world.nodeAddress;
  const ways: readonly [way: string, place: Place, url: string, host?: string][] = [
    ['ClusterIP from a pod', world.client, inside],
    ['ClusterIP from the node', world.node, inside],
    ['NodePort', world.outside, `http://${node}:${made.spec.ports[0]?.nodePort}/`],
    ['LoadBalancer', world.outside, `http://${node}:${balancerPort}/`],
    ['Ingress', world.outside, `http://${node}:${world.cluster.httpPort}/`, host],
  ];
  return ways.flatMap(([way, place, url, name]) =>
    [false, true].map((keepAlive): Side => {
      const id = `${way}, ${keepAlive ? 'kept connection' : 'new connections'}`;
      return { place, task: { do: 'load', id, url, keepAlive, ...(name && { host: name }) } };
    }),
  );
}

async function update(version: number): Promise<void> {
  await world.apply(world.deployment(app, replicas, String(version)));
  await rolledOut();
}

/** As a budget of one pod has it: the next goes when the one before stands again. */
async function drain(): Promise<void> {
  const [node = ''] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('/').slice(-1);
  for (const pod of await world.names(`app=${app}`)) {
    await kubectl('label', 'pod', pod, 'bench-drain=now');
    const which = ['--pod-selector=bench-drain=now', '--delete-emptydir-data', '--force'];
    await kubectl('drain', node, ...which, '--timeout=60s');
    await kubectl('uncordon', node);
    await rolledOut();
  }
}

async function measure() {
  await world.open();
  await deploy();
  const all = await sides();
  for (const { place, task } of all)
    await eventually(`${task.id} answers`, async () => {
      const [answer = ''] = await place.get(task.url, task.host ? { host: task.host } : {});
      if (!answer.startsWith(app)) throw new Error(answer);
    });
  for (const { place, task } of all) await place.ask(task);
  const updatesMs = await timed(async () => {
    for (let version = 1; version <= updates; version += 1) await update(version);
  });
  const drainMs = await timed(drain);
  const loads = await Promise.all(
    all.map(({ place, task }) => place.ask<Load>({ do: 'unload', id: task.id })),
  );
  const ways = Object.fromEntries(
    loads.map(({ answered, failures }, index) => [
      all[index]?.task.id ?? '',
      { answered, failed: failures.length, firstFailures: failures.slice(0, 3) },
    ]),
  );
  const failed = loads.reduce((sum, { failures }) => sum + failures.length, 0);
  const answered = loads.reduce((sum, each) => sum + each.answered, 0);
  return { updates, updatesMs, drainMs, answered, failed, ways, follows: await follows() };
}

/** From a change until the kernel or HAProxy follows it: how many did so within which time. */
async function follows(): Promise<Record<string, Record<string, number>>> {
  const metrics = await kubectl('get', '--raw', '/metrics');
  const found: Record<string, Record<string, number>> = {};
  const line = /^gantry_traffic_apply_duration_seconds_bucket\{part="(\w+)",le="(.+)"\} (\d+)$/gm;
  for (const [, part = '', bound = '', count] of metrics.matchAll(line))
    (found[part] ??= {})[bound === '+Inf' ? 'all' : `${Number(bound) * 1000} ms`] = Number(count);
  return found;
}

try {
  const result = { ...(await measure()), goal: 0, machine: { loadAverage: loadavg()[0] } };
  console.log(JSON.stringify(result, undefined, 2));
} finally {
  await world.close();
}
