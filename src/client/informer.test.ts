import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, configMaps } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { ConfigMap } from '#api/types.ts';
import type { Verbs, WatchSink } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, settle } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { Informer } from './informer.ts';

const where = collectionOf(configMaps as Kind, 'default');
const named = (name: string) => ({ ...where, name });
const map = (name: string, data = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});

/** An informer whose watch the test may break or hold back. */
async function setUp() {
  const cluster = await openTestCluster();
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const verbs = inProcessVerbs(
    { core: cluster.core, kinds: () => kinds, authorizer },
    cluster.context.user,
  );
  const sinks: WatchSink[] = [];
  const held: (() => void)[] = [];
  let holds = false;
  const watched: Verbs = {
    ...verbs,
    watch: (ref, options, sink) => {
      sinks.push(sink);
      return verbs.watch(ref, options, {
        event: (type, object) => {
          const deliver = () => sink.event(type, object);
          if (holds) held.push(deliver);
          else deliver();
        },
        closed: (error) => sink.closed(error),
      });
    },
  };
  const { time } = cluster;
  const informer = new Informer<ConfigMap>(configMaps, {
    verbs: watched,
    clock: time,
    timers: time,
    random: seededRandom(),
    logger: silentLogger,
  });
  const heard: string[] = [];
  informer.listen((previous, next) => {
    const type = previous === undefined ? 'new' : next === undefined ? 'gone' : 'changed';
    heard.push(`${type} ${(next ?? previous)?.metadata.name}`);
  });
  return {
    verbs,
    time,
    informer,
    heard,
    sinks,
    hold: () => (holds = true),
    /** What was held back is lost. */
    forget: () => {
      holds = false;
      held.length = 0;
    },
    letGo: () => {
      holds = false;
      for (const deliver of held.splice(0)) deliver();
    },
  };
}

test('it begins with the state and follows it', async () => {
  const { verbs, informer, heard } = await setUp();
  await verbs.create(where, map('a'));
  informer.start();
  await settle();
  assert.equal(informer.synced, true);
  await verbs.create(where, map('b'));
  await verbs.patch(named('a'), { type: 'merge', body: { data: { x: '1' } } });
  await verbs.delete(named('b'));
  await settle();
  assert.deepEqual(heard, ['new a', 'new b', 'changed a', 'gone b']);
  assert.equal(informer.cache.get('default/a')?.data?.['x'], '1');
});

test('how long ago something changed does not depend on what people do to the clock', async () => {
  const { verbs, informer, time } = await setUp();
  const agoOf = (name: string): number => time.now() - (informer.changedAt(`default/${name}`) ?? 0);
  await verbs.create(where, map('a'));
  informer.start();
  informer.rememberChanges();
  await settle();
  await verbs.create(where, map('b'));
  await settle();
  time.advance(5_000);
  for (const jump of [600_000, -7_200_000]) {
    time.jump(jump);
    assert.deepEqual([agoOf('a'), agoOf('b')], [5_000, 5_000]);
  }
  await verbs.delete(named('b'));
  await settle();
  time.jump(600_000);
  assert.equal(agoOf('b'), 0);
});

test('an own write is seen at once, and told once', async () => {
  const { verbs, informer, heard, hold, letGo } = await setUp();
  informer.start();
  await settle();
  hold();
  const made = (await verbs.create(where, map('a'))) as ConfigMap;
  informer.observe(made);
  assert.deepEqual(heard, ['new a']);
  const changed = await verbs.patch(named('a'), { type: 'merge', body: { data: { x: '1' } } });
  informer.observe(changed as ConfigMap);
  await verbs.delete(named('a'));
  informer.observeDeletion('default/a', made.metadata.uid);
  await settle();
  letGo();
  assert.deepEqual(
    heard,
    ['new a', 'changed a', 'gone a'],
    'older news of the watch change nothing',
  );
  informer.observe(changed as ConfigMap);
  assert.equal(informer.cache.size, 0, 'an answer that comes late raises no dead');
});

test('an expired watch reads anew and tells what went in between', async () => {
  const { verbs, time, informer, heard, sinks, hold, forget } = await setUp();
  await verbs.create(where, map('a'));
  await verbs.create(where, map('b'));
  informer.start();
  await settle();
  hold();
  await verbs.delete(named('a'));
  await verbs.create(where, map('c'));
  await settle();
  forget();
  heard.length = 0;
  sinks[0]?.closed(new StatusError('Expired', 'too old'));
  time.advance(60);
  await settle();
  assert.deepEqual(heard, ['new c', 'gone a']);
});

test('a watch that ends goes on where it was', async () => {
  const { verbs, time, informer, heard, sinks } = await setUp();
  await verbs.create(where, map('a'));
  informer.start();
  await settle();
  sinks[0]?.closed(undefined);
  await verbs.create(where, map('b'));
  time.advance(60);
  await settle();
  assert.deepEqual(heard, ['new a', 'new b']);
  assert.equal(sinks.length, 2);
});

test('a selector finds by its rarest label', async () => {
  const { verbs, informer } = await setUp();
  const labelled = (name: string, labels: Record<string, string>) => {
    const object = map(name);
    return { ...object, metadata: { ...object.metadata, labels } };
  };
  await verbs.create(where, labelled('a', { app: 'x', tier: 'web' }));
  await verbs.create(where, labelled('b', { app: 'x', tier: 'db' }));
  informer.start();
  await settle();
  const names = (matchLabels: Record<string, string>) =>
    informer.cache.select('default', { matchLabels }).map(({ metadata }) => metadata.name);
  assert.deepEqual(names({ app: 'x' }), ['a', 'b']);
  assert.deepEqual(names({ app: 'x', tier: 'db' }), ['b']);
  assert.deepEqual(names({ app: 'y' }), []);
  await verbs.patch(named('b'), { type: 'merge', body: { metadata: { labels: { tier: 'web' } } } });
  await settle();
  assert.deepEqual(names({ tier: 'web' }), ['a', 'b']);
  assert.deepEqual(names({ tier: 'db' }), []);
});
