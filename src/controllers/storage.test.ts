/** Claims and volumes over the real server, with a provisioner that is played by the test. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  events,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '#api/kinds/index.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type {
  Event,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
} from '#api/types.ts';
import { type ControlPlane, startControlPlane } from './testing/control-plane.ts';

const sized = (storage: string) => ({ resources: { requests: { storage } } });

function makeClaim(plane: ControlPlane, name: string, spec: object = {}) {
  const usual = { accessModes: ['ReadWriteOnce'], ...sized('1Gi') };
  return plane.create(persistentVolumeClaims, { metadata: { name }, spec: { ...usual, ...spec } });
}

function makeVolume(
  plane: ControlPlane,
  name: string,
  spec: Partial<PersistentVolumeSpec> = {},
  annotations: Record<string, string> = {},
) {
  const usual = {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/data' },
  };
  const metadata = { name, annotations };
  return plane.create(persistentVolumes, { metadata, spec: { ...usual, ...spec } });
}

function makeClass(plane: ControlPlane, name: string, words: object = {}, isDefault = false) {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) };
  const metadata = { name, annotations };
  return plane.create(storageClasses, { metadata, provisioner: 'a.b/c', ...words });
}

/** `Bound v 2Gi` */
async function claimNow(plane: ControlPlane, name: string): Promise<string> {
  const { spec, status } = await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, name);
  const parts = [status?.phase, spec.volumeName, status?.capacity?.['storage']];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** `Bound default/c` */
async function volumeNow(plane: ControlPlane, name: string): Promise<string> {
  const { spec, status } = await plane.get<PersistentVolume>(persistentVolumes, name);
  const { namespace = '', name: claim } = spec.claimRef ?? {};
  return claim ? `${status?.phase} ${namespace}/${claim}` : `${status?.phase}`;
}

async function toldAbout(plane: ControlPlane, name: string): Promise<readonly string[]> {
  const all = await plane.list<Event>(events, 'default');
  return all
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message, source }) => `${source?.component}: ${reason}: ${message}`);
}

const binder = 'persistentvolume-controller';

test('a claim gets the smallest volume that suits, and both say so', async () => {
  const plane = await startControlPlane();
  await makeVolume(plane, 'large', { capacity: { storage: '9Gi' } });
  await makeVolume(plane, 'small', { capacity: { storage: '1Mi' } });
  await makeVolume(plane, 'right', { capacity: { storage: '2Gi' } });
  await plane.run();
  assert.equal(await volumeNow(plane, 'right'), 'Available');
  await makeClaim(plane, 'c');
  await plane.run();
  assert.equal(await claimNow(plane, 'c'), 'Bound right 2Gi');
  assert.equal(await volumeNow(plane, 'right'), 'Bound default/c');
  assert.equal(await volumeNow(plane, 'large'), 'Available');
  const claim = await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, 'c');
  assert.equal(claim.metadata.annotations?.[storageAnnotations.bindCompleted], 'yes');
  assert.equal(claim.metadata.annotations?.[storageAnnotations.boundByController], 'yes');
  await plane.stop();
});

test('a claim without a volume or a class waits and says why, until a volume comes', async () => {
  const plane = await startControlPlane();
  await makeClaim(plane, 'c');
  await plane.run();
  assert.equal(await claimNow(plane, 'c'), 'Pending');
  assert.deepEqual(await toldAbout(plane, 'c'), [
    `${binder}: FailedBinding: no persistent volumes available for this claim and no storage class is set`,
  ]);
  await makeVolume(plane, 'v');
  await plane.run();
  assert.equal(await claimNow(plane, 'c'), 'Bound v 1Gi');
  await plane.stop();
});

test('a claim and a volume that ask for each other find each other', async () => {
  const plane = await startControlPlane();
  await makeVolume(plane, 'a', { claimRef: { namespace: 'default', name: 'reserved' } });
  await makeVolume(plane, 'b');
  await makeClaim(plane, 'other', { volumeName: 'a' });
  await makeClaim(plane, 'named', { volumeName: 'b', ...sized('1Ti') });
  await plane.run();
  assert.equal(await claimNow(plane, 'other'), 'Pending a');
  assert.match((await toldAbout(plane, 'other')).join(), /FailedBinding: volume "a" already bound/);
  assert.match(
    (await toldAbout(plane, 'named')).join(),
    /VolumeMismatch: Cannot bind to requested volume "b": requested PV is too small/,
  );
  await makeClaim(plane, 'reserved');
  await plane.run();
  assert.equal(await claimNow(plane, 'reserved'), 'Bound a 1Gi');
  const { metadata } = await plane.get<PersistentVolume>(persistentVolumes, 'a');
  assert.equal(metadata.annotations?.[storageAnnotations.boundByController], undefined);
  await plane.stop();
});

test('a class makes volumes: at once, or when the scheduler has chosen a node', async () => {
  const plane = await startControlPlane();
  await makeClass(plane, 'early', {}, true);
  await makeClass(plane, 'late', { volumeBindingMode: 'WaitForFirstConsumer' });
  await makeClaim(plane, 'c');
  await makeClaim(plane, 'd', { storageClassName: 'late' });
  await makeClaim(plane, 'e', { storageClassName: 'none' });
  await plane.run();
  const provisionerOf = async (name: string) => {
    const { metadata, spec } = await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, name);
    return `${spec.storageClassName} ${metadata.annotations?.[storageAnnotations.provisioner]}`;
  };
  assert.equal(await provisionerOf('c'), 'early a.b/c');
  assert.match(
    (await toldAbout(plane, 'c')).join(),
    /ExternalProvisioning: .*provisioner 'a.b\/c'/,
  );
  assert.equal(await provisionerOf('d'), 'late undefined');
  assert.match((await toldAbout(plane, 'd')).join(), /WaitForFirstConsumer: waiting for first/);
  assert.match(
    (await toldAbout(plane, 'e')).join(),
    /ProvisioningFailed: storageclass.storage.k8s.io "none" not found/,
  );
  const annotations = { [storageAnnotations.selectedNode]: 'n1' };
  await plane.patch(persistentVolumeClaims, 'd', { metadata: { annotations } });
  await plane.run();
  assert.equal(await provisionerOf('d'), 'late a.b/c');
  const { metadata } = await plane.get(persistentVolumeClaims, 'd');
  await makeVolume(plane, 'pvc-d', {
    storageClassName: 'late',
    claimRef: { namespace: 'default', name: 'd', uid: metadata.uid },
  });
  await plane.run();
  assert.equal(await claimNow(plane, 'd'), 'Bound pvc-d 1Gi');
  await plane.stop();
});

test('a default class that comes later is the class of claims that named none', async () => {
  const plane = await startControlPlane();
  await makeClaim(plane, 'c');
  await makeClaim(plane, 'd', { storageClassName: '' });
  await plane.run();
  await makeClass(plane, 'early', {}, true);
  await plane.run();
  const classOf = async (name: string) =>
    (await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, name)).spec.storageClassName;
  assert.deepEqual([await classOf('c'), await classOf('d')], ['early', '']);
  await plane.stop();
});

test('a volume outlives its claim as its policy says', async () => {
  const plane = await startControlPlane();
  const made = { [storageAnnotations.provisionedBy]: 'a.b/c' };
  const reserved = (name: string) => ({ claimRef: { namespace: 'default', name } });
  await makeVolume(plane, 'kept', reserved('kept'));
  await makeVolume(plane, 'byhand', {
    ...reserved('byhand'),
    persistentVolumeReclaimPolicy: 'Delete',
  });
  const policy = { persistentVolumeReclaimPolicy: 'Delete' };
  await makeVolume(plane, 'made', { ...reserved('made'), ...policy }, made);
  for (const name of ['kept', 'byhand', 'made']) await makeClaim(plane, name);
  await plane.run();
  for (const name of ['kept', 'byhand', 'made']) {
    assert.equal(await claimNow(plane, name), `Bound ${name} 1Gi`);
    await plane.delete(persistentVolumeClaims, name);
  }
  await plane.run();
  assert.equal(await volumeNow(plane, 'kept'), 'Released default/kept');
  assert.equal(await volumeNow(plane, 'made'), 'Released default/made');
  assert.equal(await volumeNow(plane, 'byhand'), 'Failed default/byhand');
  assert.match((await toldAbout(plane, 'byhand')).join(), /VolumeFailedDelete/);
  await plane.patch(persistentVolumes, 'kept', { spec: { claimRef: null } });
  await plane.run();
  assert.equal(await volumeNow(plane, 'kept'), 'Available');
  await plane.stop();
});

test('storage that is used is not deleted before its users', async () => {
  const plane = await startControlPlane();
  await makeVolume(plane, 'v');
  await makeClaim(plane, 'c');
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }];
  const containers = [{ name: 'a', image: 'b' }];
  await plane.create(pods, { metadata: { name: 'p' }, spec: { containers, volumes } });
  await plane.run();
  await plane.delete(persistentVolumes, 'v');
  await plane.delete(persistentVolumeClaims, 'c');
  await plane.run();
  assert.equal(await claimNow(plane, 'c'), 'Bound v 1Gi');
  assert.equal(await volumeNow(plane, 'v'), 'Bound default/c');
  await plane.delete(pods, 'p');
  await plane.run();
  assert.deepEqual(await plane.list(persistentVolumeClaims), []);
  assert.deepEqual(await plane.list(persistentVolumes), []);
  await plane.stop();
});

test('a claim whose volume was torn away is lost', async () => {
  const plane = await startControlPlane();
  await makeVolume(plane, 'v');
  await makeClaim(plane, 'c');
  await plane.run();
  await plane.delete(persistentVolumes, 'v');
  await plane.patch(persistentVolumes, 'v', { metadata: { finalizers: null } });
  await plane.run();
  assert.equal(await claimNow(plane, 'c'), 'Lost v 1Gi');
  assert.match((await toldAbout(plane, 'c')).join(), /ClaimLost: .*Data on the volume is lost!/);
  await plane.stop();
});

test('an ephemeral volume is a claim that comes and goes with its pod', async () => {
  const plane = await startControlPlane();
  const spec = { accessModes: ['ReadWriteOnce'], ...sized('1Gi') };
  const metadata = { labels: { app: 'a' } };
  const volumes = [{ name: 'x', ephemeral: { volumeClaimTemplate: { metadata, spec } } }];
  const containers = [{ name: 'a', image: 'b' }];
  await makeClaim(plane, 'q-x');
  for (const name of ['p', 'q']) {
    await plane.create(pods, { metadata: { name }, spec: { containers, volumes } });
  }
  await plane.run();
  const claim = await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, 'p-x');
  assert.deepEqual(claim.metadata.labels, { app: 'a' });
  assert.equal(claim.metadata.ownerReferences?.[0]?.name, 'p');
  assert.match((await toldAbout(plane, 'q')).join(), /FailedBinding: .*pod is not owner/);
  await plane.delete(pods, 'p');
  await plane.run(3000);
  const left = await plane.list<PersistentVolumeClaim>(persistentVolumeClaims);
  assert.deepEqual(
    left.map(({ metadata: { name } }) => name),
    ['q-x'],
  );
  // The name is free: the pod that waited for it gets its claim.
  await plane.delete(persistentVolumeClaims, 'q-x');
  await plane.run();
  const own = await plane.get<PersistentVolumeClaim>(persistentVolumeClaims, 'q-x');
  assert.equal(own.metadata.ownerReferences?.[0]?.name, 'q');
  await plane.stop();
});

test('claims grow where their class allows it', async () => {
  const plane = await startControlPlane();
  await makeClass(plane, 'fixed');
  await makeClass(plane, 'growing', { allowVolumeExpansion: true });
  for (const storageClassName of ['fixed', 'growing']) {
    await makeVolume(plane, storageClassName, { storageClassName });
    await makeClaim(plane, storageClassName, { storageClassName });
  }
  await plane.run();
  const grow = (name: string) => plane.patch(persistentVolumeClaims, name, { spec: sized('2Gi') });
  await assert.rejects(
    grow('fixed'),
    /the storageclass that provisions the pvc must support resize/,
  );
  await grow('growing');
  await plane.stop();
});

test('storage at rest leaves nothing for a full pass to find', async () => {
  const plane = await startControlPlane({ quietNode: true });
  await makeClass(plane, 'early');
  await makeClass(plane, 'late', { volumeBindingMode: 'WaitForFirstConsumer' });
  await makeVolume(plane, 'free');
  await makeVolume(plane, 'taken', { claimRef: { namespace: 'default', name: 'bound' } });
  await makeVolume(plane, 'failing', {
    claimRef: { namespace: 'default', name: 'given-back' },
    persistentVolumeReclaimPolicy: 'Delete',
  });
  for (const name of ['bound', 'given-back', 'seeking']) await makeClaim(plane, name);
  for (const storageClassName of ['early', 'late', 'none']) {
    await makeClaim(plane, storageClassName, { storageClassName });
  }
  await plane.run();
  await plane.delete(persistentVolumeClaims, 'given-back');
  await plane.run(700_000);
  for (const { name, fullPassFindings, faults } of plane.runtime.stats()) {
    assert.deepEqual([name, fullPassFindings, faults], [name, 0, 0]);
  }
  await plane.stop();
});
