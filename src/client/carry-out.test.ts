import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '#api/decision.ts';
import { allKinds, configMaps } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { ConfigMap } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, settle } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { Carrier } from './carry-out.ts';
import { EventRecorder } from './events.ts';
import { Informers } from './informers.ts';

const kind = configMaps as Kind;
const collection = collectionOf(kind, 'default');
const map = (name: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
});

/** A carrier whose answers the test may hold back. */
async function setUp() {
  const { core, context, time } = await openTestCluster();
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const direct = inProcessVerbs({ core, kinds: () => kinds, authorizer }, context.user);
  let gate: Promise<void> = Promise.resolve();
  const held = async <T>(pending: Promise<T>): Promise<T> => {
    const outcome = pending.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    await gate;
    return (await outcome)();
  };
  const verbs: Verbs = {
    ...direct,
    get: (ref) => held(direct.get(ref)),
    delete: (ref, options) => held(direct.delete(ref, options)),
  };
  const parts = { clock: time, timers: time, random: seededRandom(), logger: silentLogger };
  const informers = new Informers({ ...parts, verbs });
  const { cache } = informers.of(kind);
  informers.start();
  await settle();
  const recorder = new EventRecorder({ ...parts, verbs, component: 'test' });
  const carrier = new Carrier({ verbs, informers, recorder, random: seededRandom() });
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { carrier, direct, cache, hold };
}

const absence: Action = {
  type: 'confirmAbsent',
  kind,
  namespace: 'default',
  name: 'a',
  uid: undefined,
};

test('an object made while the answer "not found" is on its way stays known', async () => {
  const { carrier, cache, hold } = await setUp();
  const release = hold();
  const asked = carrier.carryOut([absence]);
  await settle();
  await carrier.carryOut([{ type: 'create', kind, object: map('a') }]);
  release();
  await asked;
  await settle();
  assert.ok(cache.get('default/a'));
});

test('a deletion of what is gone already leaves the next object of that name known', async () => {
  const { carrier, direct, cache, hold } = await setUp();
  await direct.create(collection, map('a'));
  await settle();
  await direct.delete({ ...collection, name: 'a' });
  const release = hold();
  const deleting = carrier.carryOut([{ type: 'delete', kind, namespace: 'default', name: 'a' }]);
  await settle();
  await carrier.carryOut([{ type: 'create', kind, object: map('a') }]);
  release();
  await deleting;
  await settle();
  assert.ok(cache.get('default/a'));
});
