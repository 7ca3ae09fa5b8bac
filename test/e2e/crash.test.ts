/** kill -9 of everything that runs, under load: nothing acknowledged is lost, containers go on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { Random } from '#base/random.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { systemRandom } from '#sys/random.ts';
import { Api } from './crash/api.ts';
import {
  allReady,
  application,
  containerOf,
  host,
  podsOf,
  readyAddresses,
} from './crash/application.ts';
import { Visitor, visit, Watcher, Writer } from './crash/load.ts';
import { ClusterProcesses, isRunning, kill, type Part, parentOf } from './crash/processes.ts';
import { Cluster, eventually } from './harness.ts';

const cluster = new Cluster('crash', { api: 19_443, http: 19_081, https: 19_444 });
let processes: ClusterProcesses;
let api: Api;
let serviceUrl: string;
const ingressUrl = `http://127.0.0.1:${cluster.httpPort}/`;

before(async () => {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  await cluster.apply(application);
  await allReady(cluster, 2);
  processes = await ClusterProcesses.of(cluster);
  api = await Api.of(cluster);
  const path = 'jsonpath={.spec.clusterIP}';
  serviceUrl = `http://${await cluster.kubectl(['get', 'service', 'app', '-o', path])}/`;
  await everythingAnswers();
});
after(() => cluster.remove());

describe('a container', () => {
  it('that is killed runs again; its endpoint leaves and comes back', async () => {
    const [victim] = await allReady(cluster, 2);
    assert.ok(victim);
    const seen: string[][] = [];
    const watching = cluster.start([
      'get',
      'endpointslices',
      '-l',
      'kubernetes.io/service-name=app',
      '--watch',
      '-o',
      'jsonpath={.endpoints[?(@.conditions.ready==true)].addresses[0]}{"\\n"}',
    ]);
    watching.stdout.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().trim().split('\n')) seen.push(line.split(' '));
    });
    await eventually('the watch has begun', async () => assert.ok(seen.length > 0));
    kill(await processOf(containerOf(victim).id));
    await eventually('the container has restarted', async () => {
      const now = (await podsOf(cluster)).find(
        ({ metadata }) => metadata.uid === victim.metadata.uid,
      );
      assert.ok(now);
      const { restartCount, ready, lastState } = containerOf(now);
      assert.deepEqual([restartCount, ready, lastState.terminated?.exitCode], [1, true, 137]);
    });
    await eventually('the endpoint is back', async () =>
      assert.ok((await readyAddresses(cluster)).includes(victim.status.podIP)),
    );
    watching.kill();
    const away = seen.some((addresses) => !addresses.includes(victim.status.podIP));
    assert.ok(away, `always there: ${JSON.stringify(seen)}`);
  });

  it('whose shim is killed comes back in a new sandbox', async () => {
    const [victim] = await allReady(cluster, 2);
    assert.ok(victim);
    const { id, restartCount } = containerOf(victim);
    kill(parentOf(await processOf(id)));
    await eventually('the pod has another container', async () => {
      const now = (await podsOf(cluster)).find(
        ({ metadata }) => metadata.uid === victim.metadata.uid,
      );
      assert.ok(now);
      const container = containerOf(now);
      assert.notEqual(container.id, id);
      assert.deepEqual([container.restartCount, container.ready], [restartCount + 1, true]);
    });
    await everythingAnswers();
  });

  it('that ends while the program is away is seen and runs again', async () => {
    const [victim] = await allReady(cluster, 2);
    assert.ok(victim);
    const { id, restartCount } = containerOf(victim);
    const first = await processOf(id);
    processes.kill('supervisor', 'program');
    kill(first);
    await cluster.up();
    await eventually('the container has restarted', async () => {
      const now = (await podsOf(cluster)).find(
        ({ metadata }) => metadata.uid === victim.metadata.uid,
      );
      assert.ok(now);
      const container = containerOf(now);
      assert.deepEqual([container.restartCount, container.ready], [restartCount + 1, true]);
    });
  });
});

describe('under load', () => {
  it('the program is killed: no write and no event is lost, no request fails', async () => {
    await underLoad('one', async () => replaced('program'), { requestsFail: false });
  });

  it('containerd is killed: no request fails, new pods start', async () => {
    await underLoad('two', async () => replaced('containerd'), { requestsFail: false });
    await newPodsStart();
  });

  it('a containerd that nobody wrote down is ended: the program was killed too early', async () => {
    const words = processes.containerdWords();
    const [program = '', ...args] = words;
    processes.kill('supervisor', 'program');
    const stray = spawn(program, args, { stdio: 'ignore' });
    const ended = once(stray, 'exit');
    await cluster.up();
    await ended;
    assert.equal((await processes.startedWith(words)).length, 1);
    await newPodsStart();
  });

  it('both are killed at once: no request fails, new pods start', async () => {
    await underLoad('three', async () => replaced('program', 'containerd'), {
      requestsFail: false,
    });
    await newPodsStart();
  });

  it('HAProxy is killed: it is back at once', async () => {
    await underLoad('four', async () => replaced('haproxy'), { requestsFail: true });
  });

  it('the program is killed while it starts, again and again', async (context) => {
    const seed = systemRandom.below(2 ** 31);
    context.diagnostic(`seed ${seed}`);
    const moments = seededRandom(seed);
    await underLoad('five', () => killedWhileStarting(moments), { requestsFail: false });
  });
});

it('`up` succeeds though the program is killed while it starts', async () => {
  await cluster.mustGantry(['down']);
  const up = cluster.up();
  await eventually('the program has begun', async () => processes.of('program'));
  processes.kill('program');
  await up;
  await allReady(cluster, 2);
  await everythingAnswers();
});

/** Rejects when it does not run. */
async function processOf(containerId: string): Promise<string> {
  const identity = (await processes.containers()).get(containerId);
  if (identity === undefined) throw new Error(`${containerId} does not run`);
  return identity;
}

/** Kills them at once; ends when others have taken their places. */
async function replaced(...parts: readonly Part[]): Promise<void> {
  const killed = parts.map((part) => processes.of(part));
  processes.kill(...parts);
  await eventually(`${parts.join(' and ')} runs again`, async () => {
    for (const part of parts) assert.ok(!killed.includes(processes.of(part)));
  });
  await clusterReady();
}

/** At moments of a start that nobody chose: from its first line to its last. */
async function killedWhileStarting(moments: Random): Promise<void> {
  const kills = 4;
  const partMs = 600;
  for (let round = 0; round < kills; round += 1) {
    const before = processes.of('program');
    kill(before);
    const next = await eventually('another has begun', async () => {
      const now = processes.of('program');
      assert.notEqual(now, before);
      return now;
    });
    // The moment is what is tested here: spread over the start, and by chance within each part.
    const momentMs = partMs * round + moments.below(partMs);
    await new Promise((resolve) => setTimeout(resolve, momentMs));
    assert.ok(isRunning(next));
  }
  await clusterReady();
}

async function clusterReady(): Promise<void> {
  await eventually('the cluster is ready', async () => {
    assert.equal((await cluster.status()).ready, true);
    const path = 'jsonpath={.items[0].status.conditions[?(@.type=="Ready")].status}';
    assert.equal(await cluster.kubectl(['get', 'nodes', '-o', path]), 'True');
  });
}

async function everythingAnswers(): Promise<void> {
  for (const url of [serviceUrl, ingressUrl]) {
    await eventually(`${url} answers`, async () => assert.equal(await visit(url, host), undefined));
  }
}

/** Containers are the same before and after; acknowledged writes and their events are all there. */
async function underLoad(
  namespace: string,
  act: () => Promise<void>,
  { requestsFail }: { readonly requestsFail: boolean },
): Promise<void> {
  await cluster.kubectl(['create', 'namespace', namespace]);
  const containers = await processes.containers();
  const writer = new Writer(api, namespace).start();
  const watcher = new Watcher(api, namespace).start();
  const visitors = [new Visitor(serviceUrl, host).start(), new Visitor(ingressUrl, host).start()];
  try {
    await eventually('there is load', async () => assert.ok(watcher.added.length > 10));
    await act();
    const before = writer.acknowledged.length;
    await eventually('writes go on', async () =>
      assert.ok(writer.acknowledged.length > before + 10),
    );
    await everythingAnswers();
  } finally {
    await Promise.all([writer, ...visitors].map((each) => each.end()));
  }
  assert.deepEqual(await writer.missing(), []);
  try {
    await eventually('every write was seen', async () => {
      const seen = new Set(watcher.added);
      const written = new Set(writer.acknowledged);
      const unseen = [...written].filter((name) => !seen.has(name));
      const unwritten = [...seen].filter((name) => !written.has(name));
      const said = JSON.stringify({ unseen, unwritten, lastBreak: watcher.lastBreak });
      assert.equal(unseen.length + unwritten.length, 0, said);
    });
  } finally {
    await watcher.end();
  }
  assert.equal(new Set(watcher.added).size, watcher.added.length, 'no event came twice');
  assert.deepEqual(await processes.containers(), containers);
  for (const { visits, failures } of visitors) {
    assert.ok(visits > 10);
    if (!requestsFail) assert.deepEqual(failures, []);
  }
}

async function newPodsStart(): Promise<void> {
  await cluster.kubectl(['scale', 'deployment/app', '--replicas=3']);
  await allReady(cluster, 3);
  await cluster.kubectl(['scale', 'deployment/app', '--replicas=2']);
  await eventually('two pods are left', async () =>
    assert.equal((await podsOf(cluster)).length, 2),
  );
  await eventually('two endpoints are left', async () =>
    assert.equal((await readyAddresses(cluster)).length, 2),
  );
}
