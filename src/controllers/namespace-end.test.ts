/**
 * A namespace on its way out that something holds up: every loop that makes objects has a reason to make
 * them anew while they are being removed, and one whose objects cannot be removed has it for good. What
 * it is refused then, it does not try again by itself.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configMaps,
  cronJobs,
  daemonSets,
  deployments,
  jobs,
  namespaces,
  pods,
  replicaSets,
  services,
  statefulSets,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { Verbs } from '#api/verbs.ts';
import { StatusError } from '#base/status-error.ts';
import { startControlPlane } from './testing/control-plane.ts';

const labels = { app: 'web' };
const template = {
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'web:1' }] },
};
const workload = { selector: { matchLabels: labels }, template };
const once = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };

test('loops do not go on making objects in a namespace that is being deleted', async () => {
  let isGoing = false;
  let isHeld = true;
  const tries: string[] = [];
  const noting = (verbs: Verbs): Verbs => ({
    get: (ref) => verbs.get(ref),
    list: (ref, options) => verbs.list(ref, options),
    watch: (ref, options, sink) => verbs.watch(ref, options, sink),
    update: (ref, object, options) => verbs.update(ref, object, options),
    patch: (ref, patch, options) => verbs.patch(ref, patch, options),
    delete: (ref, options) => verbs.delete(ref, options),
    deleteCollection: (ref, select, options) =>
      isHeld && ref.resource === 'replicasets'
        ? Promise.reject(new StatusError('ServiceUnavailable', 'not now'))
        : verbs.deleteCollection(ref, select, options),
    create: (ref, object, options) => {
      const isThere = ref.namespace === 'shop' && ref.resource !== 'events';
      if (isGoing && isThere) tries.push(ref.resource);
      return verbs.create(ref, object, options);
    },
  });
  const world = await startControlPlane({ wrap: noting });
  const make = (kind: Kind, name: string, spec: object, metadata: object = {}) =>
    world.verbs.create(collectionOf(kind, 'shop'), {
      metadata: { name, ...metadata },
      ...spec,
    } as never);
  await world.create(namespaces, { metadata: { name: 'shop' } });
  await make(deployments, 'web', { spec: { replicas: 3, ...workload } });
  await make(replicaSets, 'bare', { spec: { replicas: 3, ...workload } });
  await make(statefulSets, 'db', { spec: { replicas: 2, serviceName: 'db', ...workload } });
  await make(daemonSets, 'agent', { spec: workload });
  await make(jobs, 'work', { spec: { parallelism: 2, ...once } });
  await make(cronJobs, 'tick', { spec: { schedule: '* * * * *', jobTemplate: { spec: once } } });
  await make(services, 'web', { spec: { selector: labels, ports: [{ port: 80 }] } });
  await make(configMaps, 'held', {}, { finalizers: ['test.dev/held'] });
  await world.run(90_000);
  const before = (await world.list(pods, 'shop')).length;
  assert.ok(before >= 10, `${before} pods`);
  await world.verbs.delete({ ...collectionOf(namespaces), name: 'shop' }, {});
  isGoing = true;
  await world.run(10_000);
  assert.equal((await world.list(pods, 'shop')).length, 0);
  const soon = tries.length;
  assert.ok(soon <= 2 * before, `no more than what happens to its pods: ${tries.join(', ')}`);
  // What cannot be removed is told, and holds up nothing else.
  assert.equal((await world.list(cronJobs, 'shop')).length, 0);
  const [going] = (await world.list(namespaces)).filter(({ metadata }) => metadata.name === 'shop');
  const failure = going?.status?.conditions?.find(({ status }) => status === 'True');
  assert.equal(failure?.reason, 'ContentDeletionFailed');
  assert.match(failure.message ?? '', /^Failed to .* 1 remaining: replicasets: not now$/);
  await world.run(180_000);
  assert.deepEqual(tries.slice(soon), []);
  const body = { metadata: { finalizers: null } };
  const held = { ...collectionOf(configMaps, 'shop'), name: 'held' };
  await world.verbs.patch(held, { type: 'merge', body });
  isHeld = false;
  await world.run(30_000);
  const left = await world.list(namespaces);
  assert.ok(left.every(({ metadata }) => metadata.name !== 'shop'));
  await world.stop();
});
