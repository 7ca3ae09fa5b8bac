/**
 * Kill -9 of the program and of containerd, at moments that nobody chose, while somebody
 * writes, watches and visits: no acknowledged write, no event, no container, no claim and no request is lost.
 * Where nobody waits for it (CI) a hundred, else fewer. By hand: KILLS=1000 KILLS_SEED=7.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { systemRandom } from '#sys/random.ts';
import { Api } from './crash/api.ts';
import { allReady, application, host } from './crash/application.ts';
import { Visitor, visit, Watcher, Writer } from './crash/load.ts';
import { ClusterProcesses, kill, type Part } from './crash/processes.ts';
import { Cluster, eventually } from './harness.ts';

const kills = Number(process.env['KILLS'] ?? (process.env['CI'] ? 100 : 25));
const seed = Number(process.env['KILLS_SEED'] ?? systemRandom.below(2 ** 31));
/** From shortly after a kill to well after the next start. */
const betweenMsMax = 1500;
/** Of the writer: what is written and seen stays an amount that can be compared. */
const writeEveryMs = 20;
const victims: readonly (readonly Part[])[] = [
  ['program'],
  ['program'],
  ['containerd'],
  ['program', 'containerd'],
];

const keeper = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: kept }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: keeper }
spec:
  containers:
    - name: main
      image: busybox:1
      command: [sh, -c, "echo kept >/data/file && exec sleep 100000"]
      volumeMounts: [{ name: data, mountPath: /data }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: kept } }]
`;

const cluster = new Cluster('kills', { api: 19_453, http: 19_091, https: 19_454 });
before(async () => {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  await cluster.apply(application);
  await cluster.apply(keeper);
  await allReady(cluster, 2);
  await cluster.kubectl(['wait', 'pod/keeper', '--for=condition=Ready', '--timeout=60s']);
});
after(() => cluster.remove());

it(`${kills} times`, async (context) => {
  context.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const processes = await ClusterProcesses.of(cluster);
  const api = await Api.of(cluster);
  const address = await cluster.kubectl(['get', 'service/app', '-o=jsonpath={.spec.clusterIP}']);
  const urls = [`http://${address}/`, `http://127.0.0.1:${cluster.httpPort}/`];
  for (const url of urls) {
    await eventually(`${url} answers`, async () => assert.equal(await visit(url, host), undefined));
  }
  const claim = await claimed();
  const containers = await processes.containers();
  const writer = new Writer(api, 'default', writeEveryMs).start();
  const watcher = new Watcher(api, 'default').start();
  const visitors = urls.map((url) => new Visitor(url, host).start());
  try {
    for (let done = 0; done < kills; done += 1) {
      // The moment is what is tested here.
      await pause(random.below(betweenMsMax));
      for (const part of victims[random.below(victims.length)] ?? []) {
        kill(await eventually(`${part} runs`, async () => processes.of(part)));
      }
    }
    await eventually('the cluster is ready', async () =>
      assert.equal((await cluster.status()).ready, true),
    );
    const before = writer.acknowledged.length;
    await eventually('writes go on', async () =>
      assert.ok(writer.acknowledged.length > before + 10),
    );
  } finally {
    await Promise.all([writer, ...visitors].map((each) => each.end()));
  }
  assert.deepEqual(await writer.missing(), [], 'every acknowledged write is there');
  const seen = new Set(watcher.added);
  try {
    await eventually('every write was seen', async () => {
      for (const name of watcher.added) seen.add(name);
      assert.deepEqual(
        writer.acknowledged.filter((name) => !seen.has(name)),
        [],
      );
    });
  } finally {
    await watcher.end();
  }
  assert.equal(new Set(watcher.added).size, watcher.added.length, 'no event came twice');
  assert.deepEqual(await processes.containers(), containers, 'containers went on');
  assert.deepEqual(await claimed(), claim, 'the claim is the same');
  const alike = await processes.startedWith(processes.containerdWords());
  assert.equal(alike.length, 1, 'no containerd that was just being started is left over');
  for (const { visits, failures } of visitors) {
    assert.ok(visits > kills);
    assert.deepEqual(failures, []);
  }
});

/** The claim's volume, and what lies in it. */
async function claimed(): Promise<{ readonly volume: string; readonly content: string }> {
  const volume = await cluster.kubectl(['get', 'pvc/kept', '-o=jsonpath={.spec.volumeName}']);
  return { volume, content: await cluster.kubectl(['exec', 'keeper', '--', 'cat', '/data/file']) };
}
