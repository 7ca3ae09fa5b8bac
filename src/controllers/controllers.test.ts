import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configMaps,
  deployments,
  endpointSlices,
  endpoints,
  events,
  namespaces,
  pods,
  replicaSets,
  serviceAccounts,
  services,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { deploymentNamed, startControlPlane } from './testing/control-plane.ts';

test('a deployment gets its pods and says so', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 3));
  await plane.run();
  const found = await plane.list(pods, 'default');
  assert.equal(found.length, 3);
  const deployment = await plane.get(deployments, 'web');
  assert.deepEqual(
    deployment.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
    ['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'],
  );
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  const [set] = await plane.list(replicaSets, 'default');
  assert.match(set?.metadata.name ?? '', /^web-[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  const told = await plane.list(events, 'default');
  const words = told.map(({ reason, message }) => `${reason}: ${message}`);
  assert.ok(
    words.includes(`ScalingReplicaSet: Scaled up replica set ${set?.metadata.name} from 0 to 3`),
  );
  assert.equal(
    words.filter((each) => each.startsWith('SuccessfulCreate: Created pod: web-')).length,
    3,
  );
  await plane.stop();
});

test('a roll-out replaces the pods, and undoing it brings back the old set', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 4));
  await plane.run();
  const [first] = await plane.list(replicaSets, 'default');
  const image = (name: string) => ({
    spec: { template: { spec: { containers: [{ name: 'web', image: name }] } } },
  });
  await plane.patch(deployments, 'web', image('web:2'));
  await plane.run();
  let sets = await plane.list(replicaSets, 'default');
  assert.deepEqual(
    sets.map(({ status }) => status?.replicas ?? 0).sort((a, b) => a - b),
    [0, 4],
  );
  await plane.patch(deployments, 'web', image('web:1'));
  await plane.run();
  sets = await plane.list(replicaSets, 'default');
  assert.equal(sets.length, 2);
  const again = sets.find(({ metadata }) => metadata.name === first?.metadata.name);
  assert.equal(again?.status?.replicas, 4);
  assert.equal(again?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  assert.equal(again?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  for (const stats of plane.runtime.stats()) assert.equal(stats.faults, 0, stats.name);
  await plane.stop();
});

test('a service lists its ready pods', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 2));
  await plane.create(services, {
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, name: 'http' }] },
  });
  await plane.run();
  const [slice, ...more] = await plane.list(endpointSlices, 'default');
  assert.equal(more.length, 0);
  assert.equal(slice?.endpoints?.length, 2);
  assert.deepEqual(slice?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }]);
  assert.deepEqual(slice?.endpoints?.[0]?.conditions, {
    ready: true,
    serving: true,
    terminating: false,
  });
  const listed = await plane.get(endpoints, 'web');
  assert.equal(listed.subsets?.[0]?.addresses?.length, 2);
  await plane.delete(services, 'web');
  await plane.run();
  assert.equal((await plane.list(endpointSlices, 'default')).length, 0);
  assert.equal((await plane.list(endpoints, 'default')).length, 0);
  await plane.stop();
});

test('deleting a deployment deletes what it made', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 3));
  await plane.run();
  await plane.delete(deployments, 'web');
  await plane.run();
  assert.equal((await plane.list(replicaSets, 'default')).length, 0);
  assert.equal((await plane.list(pods, 'default')).length, 0);
  await plane.stop();
});

test('in the foreground the deployment goes last', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 3));
  await plane.run();
  await plane.delete(deployments, 'web', { propagationPolicy: 'Foreground' });
  const held = await plane.get(deployments, 'web');
  assert.deepEqual(held.metadata.finalizers, ['foregroundDeletion']);
  await plane.run();
  assert.equal((await plane.list(deployments, 'default')).length, 0);
  assert.equal((await plane.list(pods, 'default')).length, 0);
  await plane.stop();
});

test('orphaned pods stay, and a new owner adopts them', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 3));
  await plane.run();
  await plane.delete(deployments, 'web', { propagationPolicy: 'Orphan' });
  await plane.run();
  assert.equal((await plane.list(deployments, 'default')).length, 0);
  const [set] = await plane.list(replicaSets, 'default');
  assert.equal(set?.metadata.ownerReferences, undefined);
  const before = (await plane.list(pods, 'default')).map(({ metadata }) => metadata.uid);
  await plane.create(deployments, deploymentNamed('web', 3));
  await plane.run();
  const after = (await plane.list(pods, 'default')).map(({ metadata }) => metadata.uid);
  assert.deepEqual(after, before);
  await plane.stop();
});

test('renewed root certificates reach every namespace at once', async () => {
  let certificate = 'old';
  const listeners: (() => void)[] = [];
  const plane = await startControlPlane({
    roots: {
      certificates: () => certificate,
      onRenewal: (renewed) => void listeners.push(renewed),
    },
  });
  await plane.create(namespaces, { metadata: { name: 'team' } });
  await plane.run();
  certificate = 'new';
  for (const renewed of listeners) renewed();
  await plane.run();
  for (const namespace of ['default', 'team']) {
    const { data } = await plane.get(configMaps, 'kube-root-ca.crt', namespace);
    assert.deepEqual(data, { 'ca.crt': 'new' });
  }
  const stats = plane.runtime.stats();
  assert.ok(stats.every(({ fullPassFindings }) => fullPassFindings === 0));
  await plane.stop();
});

test('a namespace has its account and certificates, and is emptied when it goes', async () => {
  const plane = await startControlPlane();
  await plane.create(namespaces, { metadata: { name: 'team' } });
  await plane.run();
  await plane.get(serviceAccounts, 'default', 'team');
  const certificates = await plane.get(configMaps, 'kube-root-ca.crt', 'team');
  assert.deepEqual(certificates.data, { 'ca.crt': 'PEM' });
  const deployment = deploymentNamed('web', 3);
  await plane.create(deployments, { ...deployment, metadata: { name: 'web', namespace: 'team' } });
  await plane.run();
  assert.equal((await plane.list(pods, 'team')).length, 3);
  await plane.delete(namespaces, 'team');
  await plane.run(1_000);
  assert.deepEqual(
    (await plane.list(namespaces)).map(({ metadata }) => metadata.name),
    ['default'],
  );
  assert.equal((await plane.list(pods, 'team')).length, 0);
  await plane.stop();
});

test('pods of a dying namespace go before what they run with', async () => {
  const plane = await startControlPlane();
  await plane.create(namespaces, { metadata: { name: 'team' } });
  await plane.run();
  const finalizers = ['example.com/held'];
  await plane.create(pods, {
    metadata: { name: 'held', namespace: 'team', finalizers },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  });
  await plane.create(configMaps, { metadata: { name: 'settings', namespace: 'team' } });
  await plane.delete(namespaces, 'team');
  await plane.run(1000);
  await plane.get(configMaps, 'settings', 'team');
  const { status } = await plane.get(namespaces, 'team');
  const words = status?.conditions?.map(({ type, status: value, message }) => [
    type,
    value,
    message,
  ]);
  assert.deepEqual(words?.slice(-2), [
    [
      'NamespaceContentRemaining',
      'True',
      'Some resources are remaining: pods. has 1 resource instances',
    ],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances',
    ],
  ]);
  const ref = { ...collectionOf(pods as Kind, 'team'), name: 'held' };
  await plane.verbs.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } });
  await plane.run(1000);
  assert.equal(
    (await plane.list(namespaces)).some(({ metadata }) => metadata.name === 'team'),
    false,
  );
  await plane.stop();
});
