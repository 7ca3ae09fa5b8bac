import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '#api/kind.ts';
import { configMaps, pods } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { isStatusError } from '#base/status-error.ts';
import { Heard, listen, openTestCluster, settle, type TestCluster } from '../testing/cluster.ts';

async function label(cluster: TestCluster, kind: Kind, name: string, labels: object) {
  const at = { kind, namespace: 'default', name };
  const body = { metadata: { labels } };
  return (await cluster.core.patch(cluster.context, at, { type: 'merge', body }, {})).object;
}

const versionOf = ({ metadata }: KubeObject) => metadata.resourceVersion;

test('a watch tells what comes after its revision, once, to each watcher the same', async () => {
  const cluster = await openTestCluster();
  const a = await cluster.create(configMaps, { metadata: { name: 'a' } });
  const since = versionOf(a);
  const one = listen(cluster, configMaps, { resourceVersion: since }, 'default');
  const b = await cluster.create(configMaps, { metadata: { name: 'b' } });
  const two = listen(cluster, configMaps, { resourceVersion: since });
  const three = listen(cluster, configMaps, { resourceVersion: since });
  await label(cluster, configMaps, 'b', { x: 'y' });
  await cluster.core.delete(
    cluster.context,
    { kind: configMaps, namespace: 'default', name: 'a' },
    {},
  );
  await settle();
  const n = Number(versionOf(b));
  const expected = [`ADDED b@${n}`, `MODIFIED b@${n + 1}`, `DELETED a@${n + 2}`];
  for (const { heard } of [one, two, three]) assert.deepEqual(heard.lines, expected);
  for (const index of [0, 1, 2]) {
    const [first, ...others] = [one, two, three].map(({ heard }) => heard.events[index]?.item);
    for (const other of others) assert.equal(other, first);
  }
  const gone = one.heard.events[2]?.item;
  const text = new TextDecoder().decode(gone?.bytes);
  assert.deepEqual(JSON.parse(text), gone?.object);
});

test('a watch without a revision begins with the state, and says where it ends when asked', async () => {
  const cluster = await openTestCluster();
  await cluster.create(configMaps, { metadata: { name: 'a' } });
  const b = await cluster.create(configMaps, { metadata: { name: 'b' } });
  const plain = listen(cluster, configMaps, {});
  const asked = listen(cluster, configMaps, { sendInitialEvents: true, allowWatchBookmarks: true });
  const bare = listen(cluster, configMaps, { sendInitialEvents: false });
  assert.deepEqual(plain.heard.lines, []);
  await settle();
  const state = [`ADDED a@${Number(versionOf(b)) - 1}`, `ADDED b@${versionOf(b)}`];
  assert.deepEqual(plain.heard.lines, state);
  assert.deepEqual(asked.heard.lines.slice(0, 2), state);
  const mark = asked.heard.events[2];
  assert.equal(mark?.type, 'BOOKMARK');
  assert.deepEqual(mark?.item.object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: String(cluster.backend.revision),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  });
  const c = await cluster.create(configMaps, { metadata: { name: 'c' } });
  await settle();
  for (const { heard } of [plain, asked, bare]) {
    assert.equal(heard.lines.at(-1), `ADDED c@${versionOf(c)}`);
  }
  assert.equal(bare.heard.lines.length, 1);
});

test('an object that leaves a selector is deleted for its watcher, in its last matching state', async () => {
  const cluster = await openTestCluster();
  const { heard } = listen(cluster, configMaps, { labelSelector: 'app=x' });
  await cluster.create(configMaps, { metadata: { name: 'a' } });
  await label(cluster, configMaps, 'a', { app: 'x' });
  await label(cluster, configMaps, 'a', { app: 'x', more: 'y' });
  const out = await label(cluster, configMaps, 'a', { app: 'z' });
  await settle();
  const types = heard.events.map(({ type }) => type);
  assert.deepEqual(types, ['ADDED', 'MODIFIED', 'DELETED']);
  const last = heard.events[2]?.item.object;
  assert.equal(last?.metadata.labels?.['app'], 'x');
  assert.equal(last?.metadata.resourceVersion, versionOf(out));
});

test('watchers of one node hear of its pods only, coming and going', async () => {
  const cluster = await openTestCluster();
  const mine = listen(cluster, pods, { fieldSelector: 'spec.nodeName=n1' });
  const other = listen(cluster, pods, { fieldSelector: 'spec.nodeName=n2' });
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  await cluster.create(pods, { metadata: { name: 'a' }, spec });
  await cluster.create(pods, { metadata: { name: 'b' }, spec: { ...spec, nodeName: 'n2' } });
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: {}, target: { name: 'n1' } };
  await cluster.core.create(
    cluster.context,
    { kind: pods, namespace: 'default', name: 'a', subresource: 'binding' },
    binding as unknown as KubeObject,
    {},
  );
  await settle();
  assert.deepEqual(
    mine.heard.events.map(({ type, item }) => `${type} ${item.object.metadata.name}`),
    ['ADDED a'],
  );
  assert.deepEqual(
    other.heard.events.map(({ type, item }) => `${type} ${item.object.metadata.name}`),
    ['ADDED b'],
  );
});

test('a past that is not kept is refused, as is a kind of question that is not understood', async () => {
  const cluster = await openTestCluster();
  await cluster.create(configMaps, { metadata: { name: 'a' } });
  await cluster.backend.compact(cluster.backend.revision);
  const compacted = cluster.backend.revision;
  const { heard } = listen(cluster, configMaps, { resourceVersion: '1' });
  await settle();
  assert.ok(isStatusError(heard.closed?.error, 'Expired'));
  assert.equal(heard.closed?.error?.message, `too old resource version: 1 (${compacted})`);
  assert.throws(
    () => listen(cluster, configMaps, { fieldSelector: 'spec.x=y' }),
    (error) =>
      isStatusError(error, 'BadRequest') &&
      error.message ===
        '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
});

test('bookmarks move on those who asked, also those who resumed and heard nothing since', async () => {
  const cluster = await openTestCluster();
  const a = await cluster.create(configMaps, { metadata: { name: 'a' } });
  const asked = { resourceVersion: versionOf(a), allowWatchBookmarks: true };
  for (let i = 0; i < 3; i++)
    await cluster.create(pods, {
      metadata: { name: `p${i}` },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
  const one = listen(cluster, configMaps, asked);
  const silent = listen(cluster, configMaps, { resourceVersion: versionOf(a) });
  cluster.time.advance(90_000);
  assert.deepEqual(silent.heard.lines, []);
  const [mark] = one.heard.events;
  assert.equal(mark?.type, 'BOOKMARK');
  assert.equal(mark?.item.object.metadata.resourceVersion, String(cluster.backend.revision));
  one.close();
  silent.close();
  cluster.time.advance(90_000);
  const { pending } = cluster.time;
  cluster.time.advance(600_000);
  assert.ok(cluster.time.pending <= pending);
  assert.equal(one.heard.events.length, 1);
});

test('a watch ends at its time limit, without an error, and not after it was closed', async () => {
  const cluster = await openTestCluster();
  const ended = listen(cluster, configMaps, { timeoutSeconds: 5 });
  const closed = listen(cluster, configMaps, { timeoutSeconds: 5 });
  closed.close();
  await settle();
  cluster.time.advance(5000);
  assert.deepEqual(ended.heard.closed, { error: undefined });
  assert.equal(closed.heard.closed, undefined);
  await cluster.create(configMaps, { metadata: { name: 'a' } });
  assert.deepEqual(ended.heard.lines, []);
});

test('a sink that closes its watch hears nothing more of the same commit or replay', async () => {
  const cluster = await openTestCluster();
  const a = await cluster.create(configMaps, { metadata: { name: 'a' } });
  for (const x of ['1', '2', '3']) await label(cluster, configMaps, 'a', { x });
  const heard = new Heard();
  const watch = cluster.core.watch(
    cluster.context,
    { kind: configMaps },
    { resourceVersion: versionOf(a) },
    {
      event: (type, item) => {
        heard.event(type, item);
        watch.close();
      },
      closed: (error) => heard.end(error),
    },
  );
  await settle();
  assert.equal(heard.events.length, 1);
  assert.equal(heard.events[0]?.item.object.metadata.labels?.['x'], '1');
  assert.equal(heard.closed, undefined);
});
