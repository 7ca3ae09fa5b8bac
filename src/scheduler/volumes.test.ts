import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  priorityClasses,
  storageClasses,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { storageAnnotations } from '#api/storage/annotations.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#api/types.ts';
import { claimNamed, classNamed, podNamed, podWith, volumeNamed } from './testing/objects.ts';
import { type Scheduling, startScheduling } from './testing/scheduling.ts';

const claimRef = (name: string) => ({ ...collectionOf(persistentVolumeClaims, 'default'), name });
const volumeRef = (name: string) => ({ ...collectionOf(persistentVolumes), name });

async function makeClaim({ cluster }: Scheduling, name: string, volumes: readonly string[] = []) {
  await cluster.create(persistentVolumeClaims as Kind, claimNamed(name, {}, { uid: undefined }));
  for (const each of volumes) {
    await cluster.create(persistentVolumes as Kind, volumeNamed(each, 'n1'));
  }
}

/** What the binder does. */
async function complete({ verbs }: Scheduling, claim: string, volumeName: string): Promise<void> {
  const annotations = { [storageAnnotations.bindCompleted]: 'yes' };
  const body = { metadata: { annotations }, spec: { volumeName } };
  await verbs.patch(claimRef(claim), { type: 'merge', body });
}

test('a pod waits until its volume has been made where it goes', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  const made = classNamed('late', { provisioner: 'a.b/c' });
  await cluster.pod(podWith('a', 'c'));
  await cluster.run();
  assert.match((await cluster.told()).join(), /persistentvolumeclaim "c" not found/);
  await cluster.cluster.create(storageClasses as Kind, made);
  await makeClaim(cluster, 'c');
  await cluster.run(2000);
  const claim = (await cluster.verbs.get(claimRef('c'))) as PersistentVolumeClaim;
  assert.equal(claim.metadata.annotations?.[storageAnnotations.selectedNode], 'n1');
  assert.equal((await cluster.podNow('a')).spec.nodeName, undefined);
  await cluster.cluster.create(persistentVolumes as Kind, volumeNamed('v', 'n1'));
  await complete(cluster, 'c', 'v');
  await cluster.run();
  assert.equal((await cluster.podNow('a')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a volume that is there is held for the claim, and for no other', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  await cluster.cluster.create(storageClasses as Kind, classNamed('late'));
  await makeClaim(cluster, 'c', ['v']);
  await makeClaim(cluster, 'd');
  const status = { status: { phase: 'Available' } };
  const ref = { ...volumeRef('v'), subresource: 'status' };
  await cluster.verbs.patch(ref, { type: 'merge', body: status });
  await cluster.pod(podWith('a', 'c'));
  await cluster.pod(podWith('b', 'd'));
  await cluster.run();
  const { spec } = (await cluster.verbs.get(volumeRef('v'))) as PersistentVolume;
  assert.equal(spec.claimRef?.name, 'c');
  await complete(cluster, 'c', 'v');
  await cluster.run();
  assert.equal((await cluster.podNow('a')).spec.nodeName, 'n1');
  assert.equal((await cluster.podNow('b')).spec.nodeName, undefined);
  assert.match((await cluster.told()).join(), /didn't find available persistent volumes to bind/);
  await cluster.stop();
});

test('a pod whose volume cannot be made on its node is scheduled anew', async () => {
  const cluster = await startScheduling();
  await cluster.node('n1');
  await cluster.cluster.create(
    storageClasses as Kind,
    classNamed('late', { provisioner: 'a.b/c' }),
  );
  await makeClaim(cluster, 'c');
  await cluster.pod(podWith('a', 'c'));
  await cluster.run();
  const annotations = { [storageAnnotations.selectedNode]: null };
  await cluster.verbs.patch(claimRef('c'), { type: 'merge', body: { metadata: { annotations } } });
  await cluster.run(5000);
  assert.match((await cluster.told()).join(), /VolumeBinding.*selected node/);
  const claim = (await cluster.verbs.get(claimRef('c'))) as PersistentVolumeClaim;
  assert.equal(claim.metadata.annotations?.[storageAnnotations.selectedNode], 'n1');
  await cluster.stop();
});

/** With the nodes; the claim's volume is on the first. */
async function withClaimForOnePod(...nodes: readonly string[]): Promise<Scheduling> {
  const cluster = await startScheduling();
  for (const node of nodes) await cluster.node(node);
  const spec = { accessModes: ['ReadWriteOncePod'] };
  const claim = claimNamed('c', spec, { uid: undefined });
  await cluster.cluster.create(persistentVolumeClaims as Kind, claim);
  await cluster.cluster.create(persistentVolumes as Kind, volumeNamed('v', nodes[0], spec));
  await complete(cluster, 'c', 'v');
  return cluster;
}

test('a claim for one pod is handed on when that pod ends', async () => {
  const cluster = await withClaimForOnePod('n1');
  await cluster.pod(podWith('a', 'c'));
  await cluster.run();
  await cluster.pod(podWith('b', 'c'));
  await cluster.run();
  assert.equal((await cluster.podNow('b')).spec.nodeName, undefined);
  const ref = { ...collectionOf(pods, 'default'), name: 'a' };
  await cluster.verbs.delete(ref, { gracePeriodSeconds: 0 });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('b')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a claim for one pod is taken from a less important pod, which leaves first', async () => {
  const cluster = await withClaimForOnePod('n1', 'n2');
  await cluster.cluster.create(priorityClasses as Kind, { metadata: { name: 'high' }, value: 10 });
  await cluster.pod(podWith('a', 'c'));
  await cluster.pod(podNamed('bystander'));
  await cluster.run();
  const urgent = podWith('urgent', 'c');
  await cluster.pod({ ...urgent, spec: { ...urgent.spec, priorityClassName: 'high' } });
  await cluster.run();
  const victim = await cluster.podNow('a');
  assert.ok(victim.metadata.deletionTimestamp);
  const marks = victim.status?.conditions?.map(({ type, reason }) => `${type} ${reason}`);
  assert.deepEqual(marks, ['PodScheduled undefined', 'DisruptionTarget PreemptionByScheduler']);
  assert.equal((await cluster.podNow('bystander')).metadata.deletionTimestamp, undefined);
  const waiting = await cluster.podNow('urgent');
  assert.equal(waiting.status?.nominatedNodeName, 'n1');
  assert.equal(waiting.spec.nodeName, undefined);
  const ref = { ...collectionOf(pods, 'default'), name: 'a' };
  await cluster.verbs.delete(ref, { gracePeriodSeconds: 0 });
  await cluster.run(2000);
  assert.equal((await cluster.podNow('urgent')).spec.nodeName, 'n1');
  await cluster.stop();
});

test('a claim for one pod stays with a pod of the same priority', async () => {
  const cluster = await withClaimForOnePod('n1');
  await cluster.pod(podWith('a', 'c'));
  await cluster.run();
  await cluster.pod(podWith('b', 'c'));
  await cluster.run();
  assert.equal((await cluster.podNow('a')).metadata.deletionTimestamp, undefined);
  const [condition] = (await cluster.podNow('b')).status?.conditions ?? [];
  assert.equal(
    condition?.message,
    '0/1 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  );
  await cluster.stop();
});
