/** StatefulSets, DaemonSets and ReplicationControllers over the real server in process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  controllerRevisions,
  daemonSets,
  events,
  nodes,
  persistentVolumeClaims,
  pods,
  replicationControllers,
  statefulSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import { type ControlPlane, readyNode, startControlPlane } from './testing/control-plane.ts';

const labels = { app: 'db' };

function template(image = 'db:1'): object {
  return { metadata: { labels }, spec: { containers: [{ name: 'db', image }] } };
}

const storage = { requests: { storage: '1Gi' } };
const data = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: storage },
};

function statefulSetNamed(name: string, replicas: number, spec: object = {}): object {
  const selector = { matchLabels: labels };
  return {
    metadata: { name },
    spec: { replicas, serviceName: name, selector, template: template(), ...spec },
  };
}

async function withPlane(body: (plane: ControlPlane) => Promise<void>): Promise<void> {
  const plane = await startControlPlane();
  await body(plane);
  for (const stats of plane.runtime.stats()) assert.equal(stats.faults, 0, stats.name);
  await plane.stop();
}

const namesOf = async (plane: ControlPlane, kind: Kind): Promise<string[]> =>
  (await plane.list(kind, 'default')).map(({ metadata }) => metadata.name).sort();

/** Without those that wait for their last user to let go. */
const claimsLeft = async (plane: ControlPlane): Promise<string[]> =>
  (await plane.list(persistentVolumeClaims, 'default'))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);

const imagesOf = async (plane: ControlPlane): Promise<unknown[]> =>
  (await plane.list(pods, 'default')).map(({ spec }) => spec.containers[0]?.image);

const told = async (plane: ControlPlane, reason: string): Promise<(string | undefined)[]> =>
  (await plane.list(events, 'default'))
    .filter((event) => event.reason === reason)
    .map(({ message }) => message);

test('a StatefulSet comes up with its claims, is renewed, rolled back and scaled', () =>
  withPlane(async (plane) => {
    await plane.create(statefulSets, statefulSetNamed('db', 3, { volumeClaimTemplates: [data] }));
    await plane.run(500);
    const names = ['db-0', 'db-1', 'db-2'];
    assert.deepEqual(await namesOf(plane, pods as Kind), names);
    assert.deepEqual(
      await namesOf(plane, persistentVolumeClaims as Kind),
      names.map((name) => `data-${name}`),
    );
    assert.ok(
      (await told(plane, 'SuccessfulCreate')).includes(
        'create Claim data-db-0 Pod db-0 in StatefulSet db success',
      ),
    );
    assert.ok(
      (await told(plane, 'SuccessfulCreate')).includes(
        'create Pod db-0 in StatefulSet db successful',
      ),
    );
    const first = await plane.get(statefulSets, 'db');
    const { currentRevision, updateRevision, observedGeneration, ...counts } = first.status ?? {};
    assert.equal(currentRevision, updateRevision);
    assert.deepEqual(counts, {
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      collisionCount: 0,
    });
    await plane.patch(statefulSets, 'db', { spec: { template: template('db:2') } });
    await plane.run(1000);
    assert.deepEqual(await imagesOf(plane), ['db:2', 'db:2', 'db:2']);
    const revisions = await plane.list(controllerRevisions, 'default');
    assert.deepEqual(
      revisions.map(({ revision }) => revision).sort((a, b) => a - b),
      [1, 2],
    );
    // As `kubectl rollout undo` does it.
    const body = revisions.find(({ revision }) => revision === 1)?.data as object;
    const ref = { group: 'apps', version: 'v1', resource: 'statefulsets' };
    await plane.verbs.patch(
      { ...ref, namespace: 'default', name: 'db' },
      { type: 'strategic', body },
    );
    await plane.run(1000);
    assert.deepEqual(await imagesOf(plane), ['db:1', 'db:1', 'db:1']);
    const back = await plane.get(statefulSets, 'db');
    assert.equal(back.status?.updateRevision, updateRevision);
    await plane.patch(statefulSets, 'db', { spec: { replicas: 1 } }, 'scale');
    await plane.run(500);
    assert.deepEqual(await namesOf(plane, pods as Kind), ['db-0']);
    assert.equal((await plane.list(persistentVolumeClaims, 'default')).length, 3);
  }));

test('claims go with what owns them', () =>
  withPlane(async (plane) => {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
    const spec = { volumeClaimTemplates: [data], persistentVolumeClaimRetentionPolicy };
    await plane.create(statefulSets, statefulSetNamed('db', 2, spec));
    await plane.run(500);
    await plane.patch(statefulSets, 'db', { spec: { replicas: 1 } });
    await plane.run(500);
    assert.deepEqual(await claimsLeft(plane), ['data-db-0']);
    await plane.delete(statefulSets, 'db');
    await plane.run(500);
    assert.deepEqual(await claimsLeft(plane), []);
    assert.deepEqual(await namesOf(plane, pods as Kind), []);
    assert.deepEqual(await namesOf(plane, controllerRevisions as Kind), []);
  }));

test('in the foreground a StatefulSet goes last; as orphans its pods stay, and are taken on again', () =>
  withPlane(async (plane) => {
    await plane.create(statefulSets, statefulSetNamed('db', 2));
    await plane.run(500);
    const uids = async (): Promise<unknown[]> =>
      (await plane.list(pods, 'default')).map(({ metadata }) => metadata.uid);
    const before = await uids();
    await plane.delete(statefulSets, 'db', { propagationPolicy: 'Orphan' });
    await plane.run(500);
    assert.deepEqual(await namesOf(plane, statefulSets as Kind), []);
    assert.deepEqual(await uids(), before);
    await plane.create(statefulSets, statefulSetNamed('db', 2));
    await plane.run(500);
    assert.deepEqual(await uids(), before);
    await plane.delete(statefulSets, 'db', { propagationPolicy: 'Foreground' });
    const held = await plane.get(statefulSets, 'db');
    assert.deepEqual(held.metadata.finalizers, ['foregroundDeletion']);
    await plane.run(500);
    assert.deepEqual(await namesOf(plane, statefulSets as Kind), []);
    assert.deepEqual(await namesOf(plane, pods as Kind), []);
  }));

test('a ReplicationController keeps its pods', () =>
  withPlane(async (plane) => {
    await plane.create(replicationControllers, {
      metadata: { name: 'old' },
      spec: { replicas: 3, template: template() },
    });
    await plane.run();
    const made = await plane.get(replicationControllers, 'old');
    assert.deepEqual(made.status, {
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    await plane.patch(replicationControllers, 'old', { spec: { replicas: 1 } }, 'scale');
    await plane.run();
    assert.equal((await plane.list(pods, 'default')).length, 1);
    await plane.delete(replicationControllers, 'old');
    await plane.run();
    assert.equal((await plane.list(pods, 'default')).length, 0);
  }));

test('a DaemonSet follows the nodes, and is renewed and rolled back', () =>
  withPlane(async (plane) => {
    // The scripted agent binds every pod to one node, whatever it is meant for.
    plane.agent.binds = false;
    await plane.create(daemonSets, {
      metadata: { name: 'log' },
      spec: { selector: { matchLabels: labels }, template: template() },
    });
    await plane.run();
    assert.equal((await plane.list(pods, 'default')).length, 1);
    await plane.create(nodes, readyNode('n2'));
    await plane.run();
    assert.equal((await plane.list(pods, 'default')).length, 2);
    assert.match((await told(plane, 'SuccessfulCreate'))[0] ?? '', /^Created pod: log-\w{5}$/);
    await plane.delete(nodes, 'n2');
    await plane.run();
    assert.equal((await plane.list(pods, 'default')).length, 1);
    plane.agent.binds = true;
    await plane.run();
    const { status } = await plane.get(daemonSets, 'log');
    assert.deepEqual([status?.numberAvailable, status?.updatedNumberScheduled], [1, 1]);
    await plane.patch(daemonSets, 'log', { spec: { template: template('db:2') } });
    await plane.run(500);
    assert.deepEqual(await imagesOf(plane), ['db:2']);
    const revisions = await plane.list(controllerRevisions, 'default');
    const body = revisions.find(({ revision }) => revision === 1)?.data as object;
    const ref = { group: 'apps', version: 'v1', resource: 'daemonsets' };
    await plane.verbs.patch(
      { ...ref, namespace: 'default', name: 'log' },
      { type: 'strategic', body },
    );
    await plane.run(500);
    assert.deepEqual(await imagesOf(plane), ['db:1']);
    await plane.delete(daemonSets, 'log', { propagationPolicy: 'Foreground' });
    await plane.run(500);
    assert.equal((await plane.list(pods, 'default')).length, 0);
    assert.equal((await plane.list(daemonSets, 'default')).length, 0);
  }));
