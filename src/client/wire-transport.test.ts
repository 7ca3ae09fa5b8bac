import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { configMaps, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { ConfigMap } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestServer } from '#server/http/testing/ask.ts';
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';
import { HttpClient } from '#wire/http/client.ts';
import { listenHttps } from '#wire/http/server.ts';
import { createAuthority, issueServer } from '#wire/pki/authority.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { Informer } from './informer.ts';
import { pathTo } from './wire-path.ts';
import { wireVerbs } from './wire-transport.ts';

const where = collectionOf(configMaps as Kind, 'default');
const named = (name: string) => ({ ...where, name });
const map = (name: string, data = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

async function connect() {
  const { server: api } = await openTestServer();
  const authority = await createAuthority(systemClock);
  const serving = await issueServer(authority, systemClock, {
    commonName: 'test',
    names: ['127.0.0.1'],
  });
  const server = await listenHttps({
    host: '127.0.0.1',
    port: 0,
    keys: { ...serving, clientAuthorities: authority.certificate },
    handle: (request) => api.handle(request),
    timers: systemTimers,
    log: silentLogger,
  });
  const http = new HttpClient({
    baseUrl: `https://127.0.0.1:${server.port}`,
    authorities: authority.certificate,
    token: () => 'root',
  });
  const verbs = wireVerbs({ http, timers: systemTimers });
  after(async () => {
    http.close();
    await server.close(0);
  });
  return { verbs, server };
}

test('addresses', () => {
  assert.equal(pathTo({ group: '', version: 'v1', resource: 'nodes' }), '/api/v1/nodes');
  const ref = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'a', name: 'b' };
  const query = { fieldManager: 'me & you', force: undefined };
  assert.equal(
    pathTo({ ...ref, subresource: 'scale' }, query),
    '/apis/apps/v1/namespaces/a/deployments/b/scale?fieldManager=me%20%26%20you',
  );
});

test('every verb travels', async () => {
  const { verbs } = await connect();
  const made = await verbs.create(where, map('a', { x: '1' }));
  assert.equal(made.metadata.name, 'a');
  assert.ok(Object.isFrozen(made.metadata));
  const updated = (await verbs.update(named('a'), {
    ...made,
    data: { x: '2' },
  } as ConfigMap)) as ConfigMap;
  assert.deepEqual(updated.data, { x: '2' });
  await assert.rejects(
    verbs.update(named('a'), { ...made, data: {} } as ConfigMap),
    (error) => isStatusError(error, 'Conflict') && error.retry === 'refresh',
  );
  const patched = await verbs.patch(named('a'), { type: 'merge', body: { data: { y: '3' } } });
  assert.deepEqual((patched as ConfigMap).data, { x: '2', y: '3' });
  const { items, resourceVersion } = await verbs.list(where);
  assert.deepEqual(
    items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name]),
    [['ConfigMap', 'v1', 'a']],
  );
  assert.match(resourceVersion, /^\d+$/);
  await verbs.delete(named('a'), { preconditions: { uid: made.metadata.uid } });
  await assert.rejects(verbs.get(named('a')), (error) => isStatusError(error, 'NotFound'));
  await verbs.create(where, map('b'));
  await verbs.deleteCollection(where);
  assert.equal((await verbs.list(where)).items.length, 0);
});

test('an informer follows over the wire', async () => {
  const { verbs, server } = await connect();
  await verbs.create(where, map('a'));
  const informer = new Informer<ConfigMap>(configMaps, {
    verbs,
    clock: systemClock,
    timers: systemTimers,
    random: seededRandom(),
    logger: silentLogger,
  });
  let told: () => void = () => undefined;
  const heard: string[] = [];
  informer.listen((previous, next) => {
    heard.push(`${previous ? 'had' : 'new'} ${next?.metadata.name ?? 'gone'}`);
    told();
  });
  informer.start();
  await informer.whenSynced();
  const second = new Promise<void>((resolve) => (told = resolve));
  await verbs.create(where, map('b'));
  await second;
  assert.deepEqual(heard, ['new a', 'new b']);
  informer.stop();
  await server.close(0);
});

test('a watch that may not begin says why', async () => {
  const { verbs } = await connect();
  const closed = new Promise<unknown>((resolve) => {
    const options = { resourceVersion: 'nonsense' };
    verbs.watch(collectionOf(pods as Kind), options, { event: () => undefined, closed: resolve });
  });
  const error = await closed;
  assert.ok(isStatusError(error), String(error));
});
