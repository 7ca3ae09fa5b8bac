import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allKinds,
  events,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod } from '#api/types.ts';
import { silentLogger } from '#base/log.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { localPathProvisioner } from '../decide/local-path.ts';
import { LocalPathProvisioner } from './provisioner.ts';

const asked = { [storageAnnotations.provisioner]: localPathProvisioner };

type World = Awaited<ReturnType<typeof start>>;

async function start(options: { brokenDisk?: boolean; type?: string; inUse?: () => boolean } = {}) {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const kinds = lookupOf(allKinds);
  const verbs = inProcessVerbs(
    { core, kinds: () => kinds, authorizer },
    { name: 'system:controller:local-path-provisioner', groups: [] },
  );
  const { files } = new MemoryFiles();
  const done: string[] = [];
  const note =
    (what: string) =>
    async (...words: readonly unknown[]): Promise<void> =>
      void done.push([what, ...words].join(' '));
  const refuse = () => Promise.reject(new Error('no space left on device'));
  const provisioner = new LocalPathProvisioner({
    nodeName: 'n1',
    directory: '/volumes',
    verbs,
    files: options.brokenDisk
      ? { ...files, makeDirectory: (path) => (path === '/volumes' ? Promise.resolve() : refuse()) }
      : files,
    disks: {
      create: note('create'),
      mount: note('mount'),
      device: () => Promise.resolve('/dev/loop0'),
      grow: async (...words) => {
        await note('grow')(...words);
        return options.inUse?.() ? 'inUse' : 'grown';
      },
      releaseBelow: note('release'),
      remove: note('remove'),
    },
    clock: time,
    timers: time,
    random: seededRandom(1),
    logger: silentLogger,
  });
  const run = async (): Promise<void> => {
    for (let step = 0; step < 20; step++) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      time.advance(5);
    }
  };
  await cluster.create(storageClasses as Kind, {
    metadata: { name: 'local-path' },
    provisioner: localPathProvisioner,
    parameters: { type: options.type ?? 'directory' },
    allowVolumeExpansion: true,
  });
  const started = provisioner.start();
  await run();
  await started;
  const claim = async () => {
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'local-path',
    };
    const made = await cluster.create(persistentVolumeClaims as Kind, {
      metadata: { name: 'c', annotations: asked },
      spec,
    });
    await run();
    return `pvc-${made.metadata.uid}`;
  };
  const volumes = async () =>
    (await verbs.list(collectionOf(persistentVolumes))).items as unknown as PersistentVolume[];
  const told = async () => {
    const { items } = await verbs.list(collectionOf(events, 'default'));
    return (items as unknown as Event[])
      .map(({ reason, message }) => `${reason}: ${message}`)
      .toSorted();
  };
  return { cluster, verbs, files, provisioner, run, claim, volumes, told, done };
}

test('a claim gets a directory and a volume, and both go when the volume is given back', async () => {
  const world = await start();
  const name = await world.claim();
  const [volume] = await world.volumes();
  assert.equal(volume?.metadata.name, name);
  assert.equal(volume?.spec.local?.path, `/volumes/${name}`);
  assert.equal((await world.files.info(`/volumes/${name}`))?.mode, 0o777);
  assert.deepEqual(await world.told(), [
    'Provisioning: External provisioner is provisioning volume for claim "default/c"',
    `ProvisioningSucceeded: Successfully provisioned volume ${name}`,
  ]);
  await world.files.write(`/volumes/${name}/a`, 'kept', 0o644);
  const ref = { ...collectionOf(persistentVolumes), name };
  const body = { status: { phase: 'Released' } };
  await world.verbs.patch({ ...ref, subresource: 'status' }, { type: 'merge', body });
  await world.run();
  assert.equal(await world.files.info(`/volumes/${name}`), undefined);
  const [left] = await world.volumes();
  assert.deepEqual(left?.metadata.finalizers, ['kubernetes.io/pv-protection']);
  assert.ok(left?.metadata.deletionTimestamp);
  await world.provisioner.stop();
});

test('a disk that refuses is told to the claim, which keeps waiting', async () => {
  const world = await start({ brokenDisk: true });
  await world.claim();
  assert.deepEqual(await world.volumes(), []);
  assert.match((await world.told()).join(), /ProvisioningFailed: .*no space left on device/);
  await world.provisioner.stop();
});

/** Bound, as a binder leaves it, and then asked to be twice as large. */
async function enlarge({ verbs }: World, name: string) {
  const claim = { ...collectionOf(persistentVolumeClaims, 'default'), name: 'c' };
  const annotations = { [storageAnnotations.bindCompleted]: 'yes' };
  const bound = { metadata: { annotations }, spec: { volumeName: name } };
  await verbs.patch(claim, { type: 'merge', body: bound });
  const status = { phase: 'Bound', capacity: { storage: '1Gi' } };
  await verbs.patch({ ...claim, subresource: 'status' }, { type: 'merge', body: { status } });
  const larger = { spec: { resources: { requests: { storage: '2Gi' } } } };
  await verbs.patch(claim, { type: 'merge', body: larger });
  return claim;
}

test('a disk is made in its size, grows with its claim, and is let go before its file', async () => {
  const world = await start({ type: 'disk' });
  const name = await world.claim();
  const image = `/volumes/${name}/disk.img`;
  const mount = `/volumes/${name}/data`;
  assert.deepEqual(world.done.splice(0), [`create ${image} ${2 ** 30} ${mount}`]);
  assert.equal((await world.volumes())[0]?.spec.local?.path, mount);
  const claim = await enlarge(world, name);
  await world.run();
  assert.deepEqual(world.done.splice(0), [`grow ${image} ${2 ** 31} ${mount}`]);
  const now = (await world.verbs.get(claim)) as PersistentVolumeClaim;
  assert.deepEqual(now.status?.capacity, { storage: '2Gi' });
  const ref = { ...collectionOf(persistentVolumes), name, subresource: 'status' };
  await world.verbs.patch(ref, { type: 'merge', body: { status: { phase: 'Released' } } });
  await world.run();
  assert.deepEqual(world.done, [`remove /volumes/${name}`]);
  await world.provisioner.stop();
});

test('a file system in use grows when its pod has gone, which the claim says once', async () => {
  let inUse = true;
  const world = await start({ type: 'disk', inUse: () => inUse });
  const name = await world.claim();
  const claim = await enlarge(world, name);
  const read = async () => (await world.verbs.get(claim)) as PersistentVolumeClaim;
  const grows = () => world.done.filter((line) => line.startsWith('grow ')).length;
  await world.run();
  const pending = (await read()).status;
  assert.deepEqual(
    pending?.conditions?.map(({ type, status }) => [type, status]),
    [['FileSystemResizePending', 'True']],
  );
  assert.deepEqual(pending.capacity, { storage: '1Gi' });
  assert.deepEqual(pending.allocatedResourceStatuses, { storage: 'NodeResizePending' });
  assert.deepEqual((await world.volumes())[0]?.spec.capacity, { storage: '2Gi' });
  const resizes = async () => (await world.told()).filter((line) => line.includes('esize'));
  const once = ['FileSystemResizeRequired: Require file system resize of volume on node'];
  assert.deepEqual(await resizes(), once);
  // Nobody looks again and again.
  const before = grows();
  world.cluster.time.advance(120_000);
  await world.run();
  assert.equal(grows(), before);
  inUse = false;
  world.provisioner.podLeft({
    metadata: { namespace: 'default', name: 'p' },
    spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] },
  } as unknown as Pod);
  await world.run();
  const { status } = await read();
  assert.deepEqual(status?.capacity, { storage: '2Gi' });
  assert.equal(status?.conditions?.length ?? 0, 0);
  assert.equal(status?.allocatedResourceStatuses, undefined);
  assert.deepEqual(await resizes(), [
    ...once,
    `VolumeResizeSuccessful: Resized volume ${name} to 2Gi`,
  ]);
  await world.provisioner.stop();
});
