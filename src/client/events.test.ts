import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, configMaps, events } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { Event } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, settle } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { EventRecorder } from './events.ts';

async function setUp(lull?: () => Promise<void>) {
  const cluster = await openTestCluster();
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const { core, context, time } = cluster;
  const verbs = inProcessVerbs({ core, kinds: () => kinds, authorizer }, context.user);
  const recorder = new EventRecorder({
    verbs,
    clock: time,
    random: seededRandom(),
    logger: silentLogger,
    component: 'tester',
    lull,
  });
  const regarding = await cluster.create(configMaps as Kind, { metadata: { name: 'a' } });
  const tell = (message: string, object: KubeObject = regarding) =>
    recorder.record({ regarding: object, level: 'Normal', reason: 'Tested', message });
  const warn = (message: string) =>
    recorder.record({ regarding, level: 'Warning', reason: 'Tested', message });
  const written = async () => {
    const { items } = await verbs.list(collectionOf(events as Kind, 'default'));
    return items as readonly Event[];
  };
  const found = async () => {
    await recorder.flush();
    return written();
  };
  return { tell, warn, written, found, recorder, time };
}

test('an event names its object and its source as Kubernetes does', async () => {
  const { tell, found } = await setUp();
  tell('one');
  const [event] = await found();
  assert.match(event?.metadata.name ?? '', /^a\.[0-9a-f]{16}$/);
  assert.deepEqual(event?.source, { component: 'tester' });
  assert.equal(event?.reportingComponent, 'tester');
  assert.equal(event?.involvedObject.kind, 'ConfigMap');
  assert.equal(event?.type, 'Normal');
  assert.equal(event?.firstTimestamp, event?.lastTimestamp);
});

test('a repeat counts', async () => {
  const { tell, found, time } = await setUp();
  tell('one');
  time.advance(5000);
  tell('one');
  tell('two');
  const all = await found();
  assert.deepEqual(all.map(({ message, count }) => `${message} ${count}`).sort(), [
    'one 2',
    'two 1',
  ]);
  const repeated = all.find(({ count }) => count === 2);
  assert.notEqual(repeated?.firstTimestamp, repeated?.lastTimestamp);
});

test('many alike are joined, and a flood is cut off', async () => {
  const { tell, found, recorder } = await setUp();
  for (let at = 0; at < 60; at++) tell(`number ${at}`);
  const all = await found();
  assert.equal(all.length, 10);
  const joined = all.find(({ message }) => message?.startsWith('(combined from similar events): '));
  assert.equal(joined?.count, 16);
  assert.equal(recorder.dropped, 35);
});

test('a warning that the registry of reasons knows carries its code', async () => {
  const { recorder, found, tell } = await setUp();
  tell('fine');
  const regarding: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
  const message = '0/1 nodes are available: 1 Too many pods. preemption: none.';
  recorder.record({ regarding, level: 'Warning', reason: 'FailedScheduling', message });
  const codes = (await found()).map(
    ({ metadata }) => metadata.annotations?.['gantry.dev/code'] ?? '',
  );
  assert.deepEqual(codes.sort(), ['', 'too-many-pods']);
});

test('what is normal waits for a lull, a warning does not, and a flush writes all', async () => {
  const lulls: (() => void)[] = [];
  const { tell, warn, written, found } = await setUp(
    () => new Promise((resolve) => lulls.push(resolve)),
  );
  const messages = async () => (await written()).map(({ message }) => message ?? '').sort();
  tell('one');
  tell('two');
  await settle();
  assert.deepEqual([await messages(), lulls.length], [[], 1]);
  lulls[0]?.();
  await settle();
  assert.deepEqual(await messages(), ['one', 'two']);
  warn('now');
  await settle();
  assert.deepEqual(await messages(), ['now', 'one', 'two']);
  tell('three');
  assert.equal((await found()).length, 4);
});
