/** Where the core meets the store: after a restart, beside another writer, when the disk refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds, configMaps, services } from '#api/kinds/index.ts';
import { lookupOf } from '#api/lookup.ts';
import type { ConfigMap, Service } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import {
  type Backend,
  type Operation,
  PreconditionError,
  StoreFailedError,
} from '#store/backend.ts';
import { standardAdmission } from '../admission/steps.ts';
import { openTestCluster, type TestCluster } from '../testing/cluster.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { createCore } from './create-core.ts';

function coreOver(backend: Backend, { time }: TestCluster) {
  const random = seededRandom(2);
  const admission = standardAdmission({
    backend,
    random,
    timers: time,
    serviceRanges: ['10.96.0.0/12'],
  });
  const kinds = lookupOf(allKinds);
  return createCore({ backend, kinds, clock: time, timers: time, random, admission });
}

function forget(backend: Backend): void {
  for (const { value } of backend.snapshot().range('/', '0')) value.decoded = undefined;
}

/** The store with something done before each commit. */
function withCommit(
  backend: Backend,
  commit: (operations: readonly Operation[]) => Promise<number>,
): Backend {
  return new Proxy(backend, {
    get: (target, property) => {
      if (property === 'commit') return commit;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('after a restart objects and addresses are what they were', async () => {
  const cluster = await openTestCluster();
  const spec = { ports: [{ port: 80 }], clusterIP: '10.96.0.5' };
  await cluster.create(services, { metadata: { name: 'a' }, spec });
  const at = { kind: services, namespace: 'default', name: 'a' };
  const before = await cluster.core.get(cluster.context, at);
  forget(cluster.backend);
  const core = coreOver(cluster.backend, cluster);
  const after = await core.get(cluster.context, at);
  assert.notEqual(after, before);
  assert.deepEqual(after.object, before.object);
  assert.deepEqual(after.bytes, before.bytes);
  const taken = { metadata: { name: 'b' }, spec } as Service;
  await assert.rejects(
    core.create(cluster.context, { kind: services, namespace: 'default' }, taken, {}),
    /provided IP is already allocated/,
  );
});

test('a write that loses against another server is judged anew', async () => {
  const cluster = await openTestCluster();
  const { backend, context } = cluster;
  await cluster.create(configMaps, { metadata: { name: 'a' }, data: {} });
  const at = { kind: configMaps, namespace: 'default', name: 'a' };
  let others = 2;
  const shared = withCommit(backend, async (operations) => {
    if (operations.length > 0 && others-- > 0) {
      const body = { data: { [`other${others}`]: 'x' } };
      await cluster.core.patch(context, at, { type: 'merge', body }, {});
    }
    return backend.commit(operations);
  });
  const core = coreOver(shared, cluster);
  const body = { data: { mine: 'y' } };
  const { object } = await core.patch(context, at, { type: 'merge', body }, {});
  assert.deepEqual((object as ConfigMap).data, { mine: 'y', other0: 'x', other1: 'x' });
});

test('one that always loses gives up, and says that it may be tried again', async () => {
  const cluster = await openTestCluster();
  const lost = withCommit(cluster.backend, (operations) =>
    operations.length > 0
      ? Promise.reject(new PreconditionError(operations[0]?.key ?? '', undefined))
      : Promise.resolve(0),
  );
  const core = coreOver(lost, cluster);
  const body = { metadata: { name: 'a' } } as ConfigMap;
  await assert.rejects(
    core.create(cluster.context, { kind: configMaps, namespace: 'default' }, body, {}),
    (error) => isStatusError(error, 'ServerTimeout') && error.retry === 'again',
  );
});

test('what the disk refuses is an internal error, and gives back what was taken for it', async () => {
  const cluster = await openTestCluster();
  let fails = true;
  const { backend } = cluster;
  const failing = withCommit(backend, (operations) =>
    fails && operations.length > 0
      ? Promise.reject(new StoreFailedError('the disk is full'))
      : backend.commit(operations),
  );
  const core = coreOver(failing, cluster);
  const spec = { ports: [{ port: 80 }], clusterIP: '10.96.0.5' };
  const create = (name: string) =>
    core.create(
      cluster.context,
      { kind: services, namespace: 'default' },
      { metadata: { name }, spec } as Service,
      {},
    );
  await assert.rejects(create('a'), (error) => isStatusError(error, 'InternalError'));
  fails = false;
  const { object } = await create('b');
  assert.equal((object as Service).spec.clusterIP, '10.96.0.5');
});
