import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, configMaps } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { ConfigMap } from '#api/types.ts';
import type { WatchEventType } from '#api/verbs.ts';
import { isStatusError, type StatusError } from '#base/status-error.ts';
import type { AuthorizationQuestion } from './core/core.ts';
import { inProcessVerbs } from './in-process.ts';
import { openTestCluster, settle } from './testing/cluster.ts';

const here = collectionOf(configMaps, 'default');

async function open(allowed: (question: AuthorizationQuestion) => boolean) {
  const cluster = await openTestCluster();
  const authorizer = {
    authorize: (question: AuthorizationQuestion) => ({ allowed: allowed(question), reason: '' }),
  };
  const kinds = lookupOf(allKinds);
  const deps = { core: cluster.core, kinds: () => kinds, authorizer };
  return { cluster, verbs: inProcessVerbs(deps, { name: 'ada', groups: [] }) };
}

test('loops share the very objects of the store', async () => {
  const { cluster, verbs } = await open(() => true);
  const heard: [WatchEventType, unknown][] = [];
  const watch = verbs.watch(
    here,
    {},
    { event: (...event) => heard.push(event), closed: () => undefined },
  );
  const made = await verbs.create(here, { metadata: { name: 'a' } } as ConfigMap);
  await settle();
  watch.close();
  assert.equal(await verbs.get({ ...here, name: 'a' }), made);
  assert.equal((await verbs.list(here)).items[0], made);
  assert.deepEqual(heard, [['ADDED', made]]);
  assert.equal(heard[0]?.[1], made);
  assert.equal(await cluster.get(configMaps, 'a'), made);
  const status = await verbs.delete({ ...here, name: 'a' });
  assert.equal(status.kind, 'Status');
});

test('who may not is told what', async () => {
  const { verbs } = await open(({ verb }) => verb === 'get');
  const refusal = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(isStatusError(error, 'Forbidden'), String(error));
    return error.message;
  };
  assert.equal(
    await refusal(verbs.list(here)),
    'configmaps is forbidden: User "ada" cannot list resource "configmaps" in API group "" in the namespace "default"',
  );
  assert.equal(
    await refusal(verbs.list(collectionOf(configMaps))),
    'configmaps is forbidden: User "ada" cannot list resource "configmaps" in API group "" at the cluster scope',
  );
  assert.equal(
    await refusal(verbs.delete({ ...here, name: 'a' })),
    'configmaps "a" is forbidden: User "ada" cannot delete resource "configmaps" in API group "" in the namespace "default"',
  );
});

test('a watch that may not start closes, later', async () => {
  const { verbs } = await open(() => false);
  const closed: (StatusError | undefined)[] = [];
  verbs.watch(here, {}, { event: () => undefined, closed: (error) => closed.push(error) });
  assert.equal(closed.length, 0);
  await settle();
  assert.equal(closed[0]?.reason, 'Forbidden');
});
