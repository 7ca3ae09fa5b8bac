import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '#api/kind.ts';
import { configMaps, deployments, namespaces, pods, services } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { ConfigMap, Deployment, Namespace, Pod, Scale } from '#api/types.ts';
import { isStatusError, type StatusError } from '#base/status-error.ts';
import { openTestCluster, type TestCluster } from '../testing/cluster.ts';

const pod = (name: string, spec = {}) => ({
  metadata: { name },
  spec: { containers: [{ name: 'web', image: 'nginx' }], ...spec },
});

async function refused(promise: Promise<unknown>): Promise<StatusError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isStatusError(error), String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it should have been refused' });
}

function target(kind: Kind, name?: string, subresource?: string) {
  return { kind, namespace: kind.namespaced ? 'default' : undefined, name, subresource };
}

async function update(cluster: TestCluster, kind: Kind, object: KubeObject, subresource?: string) {
  const at = target(kind, object.metadata.name, subresource);
  return (await cluster.core.update(cluster.context, at, object, {})).object;
}

test('a created object has what the system gives, and one form everywhere', async () => {
  const cluster = await openTestCluster();
  const made = await cluster.create(configMaps, {
    metadata: { name: 'a', uid: 'mine', generation: 7, managedFields: [{}] },
    data: { k: 'v' },
  });
  assert.match(made.metadata.uid ?? '', /^[0-9a-f]{8}-/);
  assert.equal(made.metadata.creationTimestamp, '2026-01-02T03:04:05Z');
  assert.equal(made.metadata.generation, undefined);
  assert.deepEqual(made.metadata.managedFields, [
    {
      manager: 'ada',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-01-02T03:04:05Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } },
    },
  ]);
  const one = await cluster.core.get(cluster.context, target(configMaps, 'a'));
  const two = await cluster.core.get(cluster.context, target(configMaps, 'a'));
  assert.equal(one, two);
  assert.equal(one.object, made);
  assert.ok(Object.isFrozen((made as ConfigMap).data));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(one.bytes)), made);
  assert.equal(one.bytes, two.bytes);
});

test('refusals are worded as Kubernetes words them', async () => {
  const cluster = await openTestCluster();
  const missing = await refused(cluster.get(deployments, 'x'));
  assert.equal(missing.message, 'deployments.apps "x" not found');
  assert.deepEqual(missing.details, { name: 'x', group: 'apps', kind: 'deployments' });
  await cluster.create(pods, pod('x'));
  const twice = await refused(cluster.create(pods, pod('x')));
  assert.equal(twice.message, 'pods "x" already exists');
  const lost = await refused(
    cluster.create(pods, { ...pod('y'), metadata: { name: 'y', namespace: 'no' } }),
  );
  assert.equal(lost.message, 'namespaces "no" not found');
  const misnamed = await refused(
    cluster.core.create(
      cluster.context,
      { kind: pods, namespace: 'other' },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'y', namespace: 'default' },
      } as Pod,
      {},
    ),
  );
  assert.equal(
    misnamed.message,
    'the namespace of the provided object does not match the namespace sent on the request',
  );
});

test('generateName finds a name', async () => {
  const cluster = await openTestCluster();
  const made = await cluster.create(configMaps, { metadata: { generateName: 'web-' } });
  assert.match(made.metadata.name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test('a stale update conflicts, an unconditional one does not, an empty one makes no revision', async () => {
  const cluster = await openTestCluster();
  const first = (await cluster.create(configMaps, { metadata: { name: 'a' } })) as ConfigMap;
  const second = await update(cluster, configMaps, { ...first, data: { k: '1' } } as ConfigMap);
  const stale = await refused(
    update(cluster, configMaps, { ...first, data: { k: '2' } } as ConfigMap),
  );
  assert.equal(
    stale.message,
    'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
  const { revision } = cluster.backend;
  assert.equal(await update(cluster, configMaps, second), second);
  assert.equal(cluster.backend.revision, revision);
  const { resourceVersion: _, ...metadata } = first.metadata;
  const third = await update(cluster, configMaps, {
    ...first,
    metadata,
    data: { k: '3' },
  } as ConfigMap);
  assert.deepEqual((third as ConfigMap).data, { k: '3' });
  const uid = await refused(
    update(cluster, configMaps, { ...first, metadata: { name: 'a', uid: 'other' } }),
  );
  assert.equal(uid.reason, 'Conflict');
  assert.match(
    uid.message,
    /Precondition failed: UID in precondition: other, UID in object meta: /,
  );
});

test('status and the rest are written through different doors', async () => {
  const cluster = await openTestCluster();
  const made = (await cluster.create(pods, pod('a'))) as Pod;
  const both = {
    ...made,
    spec: { ...made.spec, priority: 9 },
    status: { ...made.status, phase: 'Running' },
  };
  const status = (await update(cluster, pods, both as Pod, 'status')) as Pod;
  assert.equal(status.status?.phase, 'Running');
  assert.deepEqual(status.spec, made.spec);
  const labelled = { ...status, metadata: { ...status.metadata, labels: { a: 'b' } }, status: {} };
  const main = (await update(cluster, pods, labelled as Pod)) as Pod;
  assert.equal(main.status?.phase, 'Running');
  assert.deepEqual(main.metadata.labels, { a: 'b' });
});

test('a pod on a node goes in two steps, and only ever sooner', async () => {
  const cluster = await openTestCluster();
  const { core, context, time } = cluster;
  const at = target(pods, 'a');
  await cluster.create(pods, pod('a', { nodeName: 'n', terminationGracePeriodSeconds: 30 }));
  const first = await core.delete(context, at, {});
  assert.ok('object' in first);
  assert.equal(first.object.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(first.object.metadata.deletionTimestamp, '2026-01-02T03:04:35Z');
  time.advance(5000);
  const longer = await core.delete(context, at, { gracePeriodSeconds: 60 });
  assert.ok('object' in longer && longer.object === first.object);
  const sooner = await core.delete(context, at, { gracePeriodSeconds: 10 });
  assert.ok('object' in sooner);
  assert.equal(sooner.object.metadata.deletionTimestamp, '2026-01-02T03:04:15Z');
  await core.delete(context, at, { gracePeriodSeconds: 0 });
  assert.equal((await refused(cluster.get(pods, 'a'))).reason, 'NotFound');
});

test('finalizers hold a deleted object until the last one goes', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(configMaps, { metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
  await core.delete(context, target(configMaps, 'a'), { propagationPolicy: 'Foreground' });
  const held = await cluster.get(configMaps, 'a');
  assert.deepEqual(held.metadata.finalizers, ['x.io/a', 'x.io/b', 'foregroundDeletion']);
  assert.equal(held.metadata.deletionGracePeriodSeconds, 0);
  const metadata = { ...held.metadata, finalizers: ['x.io/b'] };
  const less = await update(cluster, configMaps, { ...held, metadata });
  const { finalizers: _, ...rest } = less.metadata;
  await update(cluster, configMaps, { ...less, metadata: rest });
  assert.equal((await refused(cluster.get(configMaps, 'a'))).reason, 'NotFound');
});

test('deletion checks its preconditions and answers with a Status', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const made = await cluster.create(configMaps, { metadata: { name: 'a' } });
  const at = target(configMaps, 'a');
  const wrong = await refused(core.delete(context, at, { preconditions: { uid: 'no' } }));
  assert.equal(wrong.reason, 'Conflict');
  await core.delete(context, at, { dryRun: ['All'] });
  const answer = await core.delete(context, at, { preconditions: { uid: made.metadata.uid } });
  assert.ok('status' in answer);
  assert.equal(answer.status.status, 'Success');
  assert.deepEqual(answer.status.details, {
    name: 'a',
    kind: 'configmaps',
    uid: made.metadata.uid,
  });
});

test('a namespace goes when its content is gone, and takes nothing new meanwhile', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(namespaces, {
    metadata: { name: 'n' },
    spec: { finalizers: ['kubernetes'] },
  });
  const at = target(namespaces, 'n');
  const going = await core.delete(context, at, {});
  assert.ok('object' in going);
  assert.equal((going.object as Namespace).status?.phase, 'Terminating');
  const late = await refused(
    cluster.create(configMaps, { metadata: { name: 'a', namespace: 'n' } }),
  );
  assert.equal(
    late.message,
    'configmaps "a" is forbidden: unable to create new content in namespace n because it is being terminated',
  );
  assert.equal(late.details?.causes?.[0]?.reason, 'NamespaceTerminating');
  const empty = { ...going.object, spec: {} } as Namespace;
  await core.update(context, { ...at, subresource: 'finalize' }, empty, {});
  assert.equal((await refused(cluster.get(namespaces, 'n'))).reason, 'NotFound');
  const kept = await refused(core.delete(context, target(namespaces, 'default'), {}));
  assert.equal(
    kept.message,
    'namespaces "default" is forbidden: this namespace may not be deleted',
  );
});

test('a list is read page by page from one state', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await cluster.create(configMaps, { metadata: { name } });
  const at = target(configMaps);
  const first = await core.list(context, at, { limit: 2 });
  assert.deepEqual(
    first.items.map(({ object }) => object.metadata.name),
    ['a', 'b'],
  );
  assert.equal(first.remainingItemCount, 3);
  await core.delete(context, target(configMaps, 'c'), {});
  const second = await core.list(context, at, { limit: 2, continue: first.continue });
  assert.deepEqual(
    second.items.map(({ object }) => object.metadata.name),
    ['c', 'd'],
  );
  assert.equal(second.resourceVersion, first.resourceVersion);
  await cluster.backend.compact(cluster.backend.revision);
  const old = await refused(core.list(context, at, { limit: 2, continue: second.continue }));
  assert.equal(old.code, 410);
  assert.match(old.message, /^The provided continue parameter is too old/);
  const rest = await core.list(context, at, { continue: old.details?.continue });
  assert.deepEqual(
    rest.items.map(({ object }) => object.metadata.name),
    ['e'],
  );
  const past = await refused(
    core.list(context, at, { resourceVersion: '1', resourceVersionMatch: 'Exact' }),
  );
  assert.equal(past.message, 'The resourceVersion for the provided list is too old.');
  const future = await refused(core.list(context, at, { resourceVersion: '999' }));
  assert.equal(
    future.message,
    `Too large resource version: 999, current: ${cluster.backend.revision}`,
  );
});

test('patches: preconditions inside, strictness, nothing new', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(configMaps, { metadata: { name: 'a' }, data: { k: 'v' } });
  const at = target(configMaps, 'a');
  const merge = (body: unknown, options = {}) =>
    core.patch(context, at, { type: 'merge', body }, options);
  const { object } = await merge({ data: { k: null, l: 'w' } });
  assert.deepEqual((object as ConfigMap).data, { l: 'w' });
  const stale = await refused(merge({ metadata: { resourceVersion: '1' }, data: { l: 'x' } }));
  assert.equal(stale.reason, 'Conflict');
  const strict = await refused(merge({ dta: {} }, { fieldValidation: 'Strict' }));
  assert.match(strict.message, /unknown field "dta"/);
  await merge({ dta: {} }, { fieldValidation: 'Warn' });
  assert.deepEqual(cluster.warnings, ['unknown field "dta"']);
  const json = await core.patch(
    context,
    at,
    { type: 'json', body: [{ op: 'add', path: '/data/m', value: 'n' }] },
    {},
  );
  assert.deepEqual((json.object as ConfigMap).data, { l: 'w', m: 'n' });
});

test('a patch of the status shares with the object before what it does not reach', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const labels = { app: 'a' };
  const made = await cluster.create(pods, { ...pod('a'), metadata: { name: 'a', labels } });
  const body = { status: { phase: 'Running', message: '', conditions: [] } };
  const at = target(pods, 'a', 'status');
  const { object } = await core.patch(context, at, { type: 'merge', body }, {});
  const { spec, status, metadata } = object as Pod;
  assert.equal(spec, (made as Pod).spec);
  assert.equal(metadata.labels, made.metadata.labels);
  assert.ok(metadata.managedFields?.includes(made.metadata.managedFields?.[0] ?? {}));
  // What it does reach is decoded, as always.
  assert.deepEqual(status, { phase: 'Running', qosClass: 'BestEffort' });
});

test('a patch of the status that speaks of something else leaves the status alone', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(pods, pod('a'));
  const at = target(pods, 'a', 'status');
  const body = { metadata: { labels: { a: 'b' } }, spec: { priority: 9 } };
  const { object } = await core.patch(context, at, { type: 'merge', body }, {});
  const { spec, status, metadata } = object as Pod;
  assert.deepEqual(metadata.labels, { a: 'b' });
  assert.equal(spec.priority, 0);
  assert.equal(status?.phase, 'Pending');
});

test('binding happens once', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  // With something that defaults write deep inside: the bound pod shares it.
  const containers = [{ name: 'web', image: 'nginx', resources: { limits: { cpu: '1' } } }];
  await cluster.create(pods, pod('a', { containers }));
  const bind = (node: string) =>
    core.create(
      context,
      target(pods, 'a', 'binding'),
      {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'a' },
        target: { kind: 'Node', name: node },
      } as never,
      {},
    );
  const { object } = await bind('n1');
  assert.equal(object.kind, 'Status');
  const bound = (await cluster.get(pods, 'a')) as Pod;
  assert.equal(bound.spec.nodeName, 'n1');
  assert.equal(
    bound.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.status,
    'True',
  );
  assert.equal(
    (await refused(bind('n2'))).message,
    'Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"',
  );
});

test('an eviction is a deletion of that very pod', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(pods, pod('a', { nodeName: 'n' }));
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } } as KubeObject;
  await core.create(context, target(pods, 'a', 'eviction'), body, {});
  assert.ok((await cluster.get(pods, 'a')).metadata.deletionTimestamp);
});

test('deleteCollection takes what the selector names', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  await cluster.create(configMaps, { metadata: { name: 'a', labels: { app: 'x' } } });
  await cluster.create(configMaps, { metadata: { name: 'b' } });
  await core.deleteCollection(context, target(configMaps), { labelSelector: 'app=x' }, {});
  const left = await core.list(context, target(configMaps), {});
  assert.deepEqual(
    left.items.map(({ object }) => object.metadata.name),
    ['b'],
  );
});

test('a PUT creates where the kind allows it', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const body = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: { ports: [{ port: 80 }] },
  } as KubeObject;
  const answer = await core.update(context, target(services, 'a'), body, {});
  assert.equal(answer.created, true);
  const again = await core.update(context, target(services, 'a'), answer.object, {});
  assert.equal(again.created, false);
  await core.delete(context, target(services, 'a'), {});
  const gone = await refused(core.update(context, target(services, 'a'), answer.object, {}));
  assert.equal(gone.reason, 'Conflict');
});

test('appliers create, take back, collide, and force', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const at = target(configMaps, 'a');
  const apply = (manager: string, data: object, options = {}) => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data };
    return core.patch(context, at, { type: 'apply', body }, { fieldManager: manager, ...options });
  };
  const first = await apply('one', { a: '1', b: '1' });
  assert.equal(first.created, true);
  const same = await apply('one', { a: '1', b: '1' });
  assert.equal(same.object, first.object);
  const second = await apply('two', { c: '2' });
  assert.deepEqual((second.object as ConfigMap).data, { a: '1', b: '1', c: '2' });
  const collision = await refused(apply('two', { a: '2' }));
  assert.equal(collision.message, 'Apply failed with 1 conflict: conflict with "one": .data.a');
  assert.equal(collision.details?.causes?.[0]?.reason, 'FieldManagerConflict');
  const forced = await apply('two', { a: '2' }, { force: true });
  assert.deepEqual((forced.object as ConfigMap).data, { a: '2', b: '1' });
  const less = await apply('one', {});
  assert.deepEqual((less.object as ConfigMap).data, { a: '2' });
  const nameless = await refused(apply('', { a: '1' }));
  assert.equal(
    nameless.message,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
});

test('who applies a scale owns the replicas by way of it, and meets who owns them otherwise', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const spec = { replicas: 2, selector: { matchLabels: { app: 'a' } }, template };
  const object = { metadata: { name: 'a' }, spec } as unknown as Deployment;
  await core.create(context, target(deployments), object, { fieldManager: 'ada' });
  const at = target(deployments, 'a', 'scale');
  const apply = (replicas: number, more: object = {}) => {
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'a' } };
    const body = { ...scale, spec: { replicas } };
    return core.patch(context, at, { type: 'apply', body }, { fieldManager: 'hpa', ...more });
  };
  const conflict = await refused(apply(3));
  assert.equal(conflict.reason, 'Conflict');
  assert.match(conflict.message, /conflict with "ada".*: \.spec\.replicas/);
  assert.deepEqual(((await apply(3, { force: true })).object as Scale).spec, { replicas: 3 });
  const after = await cluster.get(deployments, 'a');
  const owner = after.metadata.managedFields?.find(({ manager }) => manager === 'hpa');
  assert.deepEqual([owner?.operation, owner?.subresource], ['Apply', 'scale']);
  assert.deepEqual(owner?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
  assert.equal((await refused(apply(-1))).reason, 'Invalid');
});

test('who scales owns the replicas, by way of scale', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  const template = {
    metadata: { labels: { app: 'a' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  };
  const spec = { selector: { matchLabels: { app: 'a' } }, template };
  const made = await cluster.create(deployments, { metadata: { name: 'a' }, spec });
  const at = target(deployments, 'a', 'scale');
  const scale = (await core.get(context, at)).object as Scale;
  assert.deepEqual(scale.spec, { replicas: 1 });
  const { object } = await core.update(context, at, { ...scale, spec: { replicas: 3 } } as Scale, {
    fieldManager: 'hpa',
  });
  assert.deepEqual((object as Scale).spec, { replicas: 3 });
  const after = await cluster.get(deployments, 'a');
  assert.equal(after.metadata.generation, (made.metadata.generation ?? 0) + 1);
  const owner = after.metadata.managedFields?.find(({ manager }) => manager === 'hpa');
  assert.equal(owner?.subresource, 'scale');
  assert.deepEqual(owner?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
  const negative = { ...scale, metadata: { name: 'a' }, spec: { replicas: -1 } } as Scale;
  assert.equal(
    (await refused(core.update(context, at, negative, {}))).message,
    'Scale.autoscaling "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  );
});

test('the codes of conditions that warn stand in an annotation, which the server keeps', async () => {
  const cluster = await openTestCluster();
  const key = 'gantry.dev/condition-codes';
  const made = (await cluster.create(deployments, {
    metadata: { name: 'web', annotations: { [key]: 'Ready=mine', own: 'a' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'nginx' }] },
      },
    },
  })) as Deployment;
  assert.deepEqual(made.metadata.annotations, { own: 'a' });
  const condition = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
  const stalled = (await update(
    cluster,
    deployments,
    { ...made, status: { conditions: [condition] } } as KubeObject,
    'status',
  )) as Deployment;
  assert.deepEqual(stalled.metadata.annotations, {
    own: 'a',
    [key]: 'Progressing=rollout-stalled',
  });
  assert.equal(JSON.stringify(stalled.metadata.managedFields).includes(key), false);
  // A manifest without it is no change: no write, no new generation, no owner.
  const same = await update(cluster, deployments, {
    ...stalled,
    metadata: { ...stalled.metadata, annotations: { own: 'a' } },
  });
  assert.equal(same.metadata.resourceVersion, stalled.metadata.resourceVersion);
  const applied = await cluster.core.patch(
    cluster.context,
    target(deployments, 'web'),
    {
      type: 'apply',
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', annotations: { [key]: 'Ready=theirs', their: 'b' } },
      },
    },
    { fieldManager: 'them' },
  );
  const { metadata } = applied.object;
  assert.deepEqual(metadata.annotations, {
    own: 'a',
    their: 'b',
    [key]: 'Progressing=rollout-stalled',
  });
  assert.equal(JSON.stringify(metadata.managedFields).includes(key), false);
  const well = (await update(
    cluster,
    deployments,
    { ...applied.object, status: {} } as KubeObject,
    'status',
  )) as Deployment;
  assert.deepEqual(well.metadata.annotations, { own: 'a', their: 'b' });
});
