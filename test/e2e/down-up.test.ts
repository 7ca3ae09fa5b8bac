/** Stopping and starting again: nothing runs meanwhile, and everything is as before afterwards. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  allReady,
  application,
  containerOf,
  host,
  type PodView,
  podsOf,
} from './crash/application.ts';
import { visit } from './crash/load.ts';
import { ClusterProcesses } from './crash/processes.ts';
import { Cluster, eventually, root } from './harness.ts';
import { runningTracesOf } from './machine/traces.ts';

const cluster = new Cluster('crash', { api: 19_443, http: 19_081, https: 19_444 });
const other = new Cluster('crash-2', { api: 19_543, http: 19_181, https: 19_544 });

before(async () => {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  await cluster.apply(application);
  await allReady(cluster, 2);
});
after(async () => {
  await cluster.remove();
  await other.remove();
});

describe('`up` on a running cluster', () => {
  it('says so and changes nothing', async () => {
    const before = await cluster.status();
    const { code, stdout } = await cluster.gantry(['up']);
    assert.equal(code, 0);
    assert.match(stdout, /^The cluster "crash" runs already: Kubernetes v1\.36/);
    assert.equal((await cluster.status()).pid, before.pid);
  });
  it('refuses other settings than those of the first time', async () => {
    const { code, stderr } = await cluster.gantry(['up', '--api-port', '19999']);
    assert.equal(code, 2);
    assert.match(stderr, /--api-port is 19443, not 19999/);
  });
  it('is shown by `status -o json`', async () => {
    const status: unknown = JSON.parse((await cluster.gantry(['status', '-o', 'json'])).stdout);
    assert.deepEqual(shapeOf(status), [
      'addresses.api',
      'addresses.dns',
      'addresses.gatewayHttp',
      'addresses.gatewayHttps',
      'addresses.node',
      'context',
      'kubeconfig',
      'kubernetesVersion',
      'memoryBytes',
      'name',
      'parts',
      'paths.config',
      'paths.control',
      'paths.data',
      'paths.gateway',
      'paths.log',
      'paths.logs',
      'paths.node',
      'paths.pid',
      'paths.pki',
      'paths.run',
      'paths.settings',
      'paths.store',
      'paths.supervisorPid',
      'paths.unit',
      'paths.volumes',
      'phase',
      'pid',
      'ready',
      'startedAt',
      'version',
      'versions.gantry',
      'versions.kubernetes',
      'versions.node',
    ]);
  });
});

describe('`down`', () => {
  let uids: readonly string[];
  let restarts: number;

  it('leaves nothing running, and the data', async () => {
    const pods = await allReady(cluster, 2);
    uids = pods.map(({ metadata }) => metadata.uid).sort();
    const { paths } = await cluster.status();
    const { code, stdout } = await cluster.gantry(['down']);
    assert.equal(code, 0);
    assert.match(stdout, /is stopped \(the program, .*2 pods.*\)\. Its data stays in /);
    assert.deepEqual(await runningTracesOf('crash'), []);
    assert.ok(existsSync(join(paths.data, 'store')));
    const again = await cluster.gantry(['down']);
    assert.deepEqual([again.code, /was stopped already/.test(again.stdout)], [0, true]);
    assert.deepEqual(await runningTracesOf('crash'), []);
    assert.equal((await cluster.gantry(['status'])).code, 4);
  });

  // Twice: the first restart of a crashed container has no back-off, the second one would.
  for (const round of ['', ', another time']) {
    it(`is undone by \`up\`: same pods, restarted once, without back-off${round}`, async () => {
      if (round !== '') await cluster.mustGantry(['down']);
      await cluster.up();
      const waits = await backOffsUntilReady();
      assert.deepEqual(waits, []);
      const pods = await allReady(cluster, 2);
      assert.deepEqual(pods.map(({ metadata }) => metadata.uid).sort(), uids);
      const counts = pods.map((pod) => containerOf(pod).restartCount);
      restarts = round === '' ? 1 : restarts + 1;
      assert.deepEqual(counts, [restarts, restarts]);
      const url = `http://127.0.0.1:${cluster.httpPort}/`;
      await eventually('the Ingress answers', async () =>
        assert.equal(await visit(url, host), undefined),
      );
    });
  }
});

describe('`up --foreground`', () => {
  it('ends on Ctrl-C with 0; pods go on, and the next `up` takes them over', async () => {
    await cluster.mustGantry(['down']);
    const args = ['up', '--name', 'crash', '--foreground'];
    const env = { ...process.env, ...cluster.env };
    const foreground = spawn(join(root, 'gantry'), args, { env, stdio: 'ignore' });
    const ended = once(foreground, 'exit') as Promise<[number | null]>;
    await eventually('it is ready', async () => assert.equal((await cluster.status()).ready, true));
    await allReady(cluster, 2);
    const processes = await ClusterProcesses.of(cluster);
    const containers = await processes.containers();
    assert.equal(containers.size, 4);
    foreground.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(await processes.containers(), containers);
    await cluster.up();
    await allReady(cluster, 2);
    assert.deepEqual(await processes.containers(), containers);
  });
});

describe('two clusters on one machine', () => {
  it('do not disturb each other', async () => {
    await other.up();
    await other.loadImages(['busybox-1']);
    await other.apply(application);
    await allReady(other, 2);
    const services = await Promise.all([cluster, other].map(serviceUrl));
    assert.notEqual(services[0], services[1]);
    for (const url of services) {
      await eventually(`${url} answers`, async () =>
        assert.equal(await visit(url, host), undefined),
      );
    }
    const containers = await (await ClusterProcesses.of(cluster)).containers();
    await other.mustGantry(['reset', '--yes']);
    assert.deepEqual(await (await ClusterProcesses.of(cluster)).containers(), containers);
    assert.equal(await visit(services[0] ?? '', host), undefined);
    assert.equal((await cluster.status()).ready, true);
  });
});

async function serviceUrl(of: Cluster): Promise<string> {
  const path = 'jsonpath={.spec.clusterIP}';
  return `http://${await of.kubectl(['get', 'service', 'app', '-o', path])}/`;
}

/** What containers were seen waiting for, as far as it is a back-off, until all pods are ready. */
async function backOffsUntilReady(): Promise<string[]> {
  const seen: string[] = [];
  const look = (pods: readonly PodView[]): void => {
    for (const { status } of pods) {
      for (const { state } of status.containerStatuses) {
        if (state.waiting?.reason.endsWith('BackOff')) seen.push(state.waiting.reason);
      }
    }
  };
  const finished = async (): Promise<void> => {
    const pods = await podsOf(cluster);
    look(pods);
    assert.ok(pods.every((pod) => containerOf(pod).ready));
  };
  await eventually('all pods are ready', finished);
  return seen;
}

/** Paths of all values, of lists only their own. */
function shapeOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  const entries = Object.entries(value);
  return entries
    .flatMap(([key, part]) => shapeOf(part, path === '' ? key : `${path}.${key}`))
    .sort();
}
