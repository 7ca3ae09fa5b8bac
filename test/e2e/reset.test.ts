/** `reset` leaves the machine as it was before the first `up`, and other people's things alone. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { allReady, application } from './crash/application.ts';
import { ClusterProcesses, kill } from './crash/processes.ts';
import { Cluster } from './harness.ts';
import { differenceOf, runningTracesOf, tracesOf } from './machine/traces.ts';

const cluster = new Cluster('crash', { api: 19_443, http: 19_081, https: 19_444 });
after(() => cluster.remove());

const kubeconfig = `# mine, with a comment
apiVersion: v1
kind: Config
clusters:
  - name: elsewhere
    cluster: { server: https://elsewhere.example.com } # do not touch
contexts:
  - name: elsewhere
    context: { cluster: elsewhere, user: me }
users:
  - name: me
    user: { token: secret }
current-context: elsewhere
`;

/** Volumes that mount, a port of the host, a mount that goes out to the host: what leaves most behind. */
const spreadingPod = `
apiVersion: v1
kind: Pod
metadata: { name: spreading }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox:1
      command: [sleep, "1000000"]
      ports: [{ containerPort: 8080, hostPort: 19082 }]
      securityContext: { privileged: true }
      volumeMounts:
        - { name: memory, mountPath: /memory, mountPropagation: Bidirectional }
        - { name: api, mountPath: /api }
  volumes:
    - { name: memory, emptyDir: { medium: Memory } }
    - { name: api, downwardAPI: { items: [{ path: name, fieldRef: { fieldPath: metadata.name } }] } }
`;

async function useIt(): Promise<void> {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  await cluster.apply(application);
  await cluster.apply(spreadingPod);
  await cluster.kubectl(['wait', '--for=condition=Ready', 'pod/spreading', '--timeout=60s']);
  await allReady(cluster, 2);
  const command = ['exec', 'spreading', '--', 'sh', '-c'];
  await cluster.kubectl([...command, 'mkdir /memory/in && mount -t tmpfs in /memory/in']);
}

describe('`reset`', () => {
  it('of a running cluster leaves nothing behind', async () => {
    writeFileSync(cluster.kubeconfig, kubeconfig, { mode: 0o600 });
    const before = await tracesOf('crash');
    await useIt();
    const meanwhile = await runningTracesOf('crash');
    for (const kind of [
      'processes',
      'mounts',
      'control groups',
      'links',
      'nftables',
      'addresses',
    ]) {
      assert.ok(
        meanwhile.some((line) => line.startsWith(`${kind}: `)),
        `a look sees ${kind}`,
      );
    }
    assert.match(readFileSync(cluster.kubeconfig, 'utf8'), /current-context: gantry-crash/);
    const { code, stdout } = await cluster.gantry(['reset', '--yes']);
    assert.equal(code, 0);
    assert.match(stdout, /^Removed:\n(.*\n)*.*\/var\/lib\/gantry\/crash\n/);
    assert.deepEqual(differenceOf(before, await tracesOf('crash')), []);
    const left = readFileSync(cluster.kubeconfig, 'utf8');
    assert.equal(left, kubeconfig.replace('current-context: elsewhere', 'current-context: ""'));
    assert.equal(statSync(cluster.kubeconfig).mode & 0o777, 0o600);
  });

  it('leaves nothing behind when everything was killed before', async () => {
    const before = await tracesOf('crash');
    await useIt();
    const processes = await ClusterProcesses.of(cluster);
    const [shim] = (await processes.containers()).values();
    processes.kill('supervisor', 'program', 'containerd', 'haproxy');
    if (shim) kill(shim);
    await cluster.mustGantry(['reset', '--yes']);
    assert.deepEqual(differenceOf(before, await tracesOf('crash')), []);
  });

  it('leaves nothing behind when containerd cannot start any more', async () => {
    const before = await tracesOf('crash');
    await useIt();
    const processes = await ClusterProcesses.of(cluster);
    const { data } = (await cluster.status()).paths;
    processes.kill('supervisor', 'program', 'containerd');
    // A file where it wants to keep its books.
    const books = join(data, 'node/containerd/root/io.containerd.metadata.v1.bolt');
    rmSync(books, { recursive: true });
    writeFileSync(books, '');
    const { code, stderr } = await cluster.gantry(['reset', '--yes']);
    assert.equal(code, 0);
    assert.match(stderr, /containerd does not start: pods are killed/);
    assert.deepEqual(differenceOf(before, await tracesOf('crash')), []);
  });

  it('asks first, and does nothing when nobody can answer', async () => {
    await cluster.up();
    const { code, stderr } = await cluster.gantry(['reset']);
    assert.equal(code, 6);
    assert.match(stderr, /was not removed\.\n.*say --yes/);
    assert.equal((await cluster.status()).ready, true);
  });
});
