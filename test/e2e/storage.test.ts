/** Claims and volumes with real containers: what is written there stays as long as it should. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '#api/types.ts';
import { Api } from './crash/api.ts';
import { Cluster, eventually, must } from './harness.ts';

const cluster = new Cluster('storage', { api: 16_531, http: 18_131, https: 18_531 });
const volumes = '/var/lib/gantry/storage/volumes';
let api: Api;

before(async () => {
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  api = await Api.of(cluster);
});
after(() => cluster.remove());

const claimPath = (name: string) => `/api/v1/namespaces/default/persistentvolumeclaims/${name}`;

function claim(name: string, spec: object = {}): string {
  const usual = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } };
  const metadata = { name };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: { ...usual, ...spec },
  });
}

/** Runs the script with the claim mounted at /data, then stays. */
function pod(name: string, claimName: string, script: string, spec: object = {}, mount = {}) {
  const container = {
    name: 'main',
    image: 'busybox:1',
    command: ['sh', '-c', `${script}; exec sleep 100000`],
    volumeMounts: [{ name: 'data', mountPath: '/data', ...mount }],
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [container],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
      ...spec,
    },
  });
}

const apply = (...objects: readonly string[]) => cluster.apply(objects.join('\n'));
const running = (name: string) =>
  cluster.kubectl(['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=60s']);
const exec = (name: string, script: string) =>
  cluster.kubectl(['exec', name, '--', 'sh', '-c', script]);
const remove = (what: string) => cluster.kubectl(['delete', what, '--timeout=60s']);

async function volumeOf(name: string): Promise<PersistentVolume> {
  const { spec } = await api.read<PersistentVolumeClaim>(claimPath(name));
  return api.read<PersistentVolume>(`/api/v1/persistentvolumes/${spec.volumeName}`);
}

async function gone(path: string): Promise<void> {
  await eventually(`${path} is gone`, async () => assert.ok(!existsSync(path)));
}

/** Files of this cluster that the kernel holds as devices. */
async function loopFiles(): Promise<readonly string[]> {
  const text = await must('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE']);
  return text.split('\n').filter((line) => line.includes(volumes));
}

function noLoops(): Promise<void> {
  return eventually('the kernel lets go', async () => assert.deepEqual(await loopFiles(), []));
}

function eventsOf(name: string): Promise<string> {
  return cluster.kubectl(['get', 'events', '--field-selector', `involvedObject.name=${name}`]);
}

describe('a claim of the default class', () => {
  test('waits for its first pod, and is then a directory of the node', async () => {
    await apply(claim('data'));
    await eventually('it says that it waits', async () =>
      assert.match(await eventsOf('data'), /waiting for first consumer/),
    );
    await apply(pod('one', 'data', 'echo first >> /data/log'));
    await running('one');
    const { spec } = await volumeOf('data');
    assert.equal(spec.persistentVolumeReclaimPolicy, 'Delete');
    assert.equal(readFileSync(join(spec.local?.path ?? '', 'log'), 'utf8'), 'first\n');
    assert.match(
      await cluster.kubectl(['get', 'pvc', 'data']),
      /Bound +pvc-\S+ +64Mi +RWO +local-path/,
    );
  });

  test('keeps its data when the pod goes', async () => {
    await remove('pod/one');
    await apply(pod('two', 'data', 'echo second >> /data/log'));
    await running('two');
    assert.equal(await exec('two', 'cat /data/log'), 'first\nsecond\n');
  });

  test('keeps it when the program is killed', async () => {
    const { pid } = await cluster.status();
    process.kill(pid, 'SIGKILL');
    await eventually('it runs again', async () => {
      const status = await cluster.status();
      assert.ok(status.ready && status.pid !== pid);
    });
    assert.equal(await exec('two', 'echo third >> /data/log; wc -l < /data/log'), '3\n');
  });

  test('keeps it from down to up', async () => {
    await cluster.mustGantry(['down']);
    assert.equal(readdirSync(volumes).length, 1);
    await cluster.mustGantry(['up']);
    await eventually('the pod runs again', async () =>
      assert.equal(await exec('two', 'head -n 3 /data/log'), 'first\nsecond\nthird\n'),
    );
  });

  test('is not taken away from a pod, and takes its files with it', async () => {
    const { spec } = await volumeOf('data');
    await cluster.kubectl(['delete', 'pvc', 'data', '--wait=false']);
    assert.match(await cluster.kubectl(['get', 'pvc', 'data']), /Terminating/);
    await exec('two', 'cat /data/log');
    await remove('pod/two');
    await gone(spec.local?.path ?? '');
    await eventually('the objects are gone', async () => {
      const left = await cluster.kubectl(['get', 'pv,pvc', '-o', 'name']);
      assert.equal(left, '');
    });
  });
});

describe('a claim of the class local-disk', () => {
  const storageClassName = 'local-disk';
  const sized = (storage: string) => ({ resources: { requests: { storage } } });
  const fill = (megabytes: number) => `dd if=/dev/zero of=/data/a bs=1M count=${megabytes}`;

  test('holds no more than its size, and more when it has grown', async () => {
    await apply(claim('disk', { storageClassName, ...sized('16Mi') }));
    await apply(pod('filling', 'disk', 'ls -A /data | wc -l > /tmp/first; id > /data/b'));
    await running('filling');
    assert.equal(await exec('filling', 'cat /tmp/first'), '0\n');
    await assert.rejects(exec('filling', fill(24)), /No space left on device/);
    await exec('filling', 'rm /data/a');
    const body = JSON.stringify({ spec: sized('48Mi') });
    await cluster.kubectl(['patch', 'pvc', 'disk', '-p', body]);
    // Where a mounted file system may not grow, it waits for the pod to end, and says so once.
    const statusOf = async () =>
      (await api.read<PersistentVolumeClaim>(claimPath('disk'))).status ?? {};
    const has = (size: string, { capacity }: NonNullable<PersistentVolumeClaim['status']>) =>
      capacity?.['storage'] === size;
    await eventually('it has grown, or says what it waits for', async () => {
      const status = await statusOf();
      const waits = status.conditions?.some(({ type }) => type === 'FileSystemResizePending');
      assert.ok(waits === true || has('48Mi', status));
    });
    await remove('pod/filling');
    await eventually('it has grown', async () => assert.ok(has('48Mi', await statusOf())));
    assert.deepEqual((await statusOf()).conditions ?? [], []);
    const told = await cluster.kubectl([...['events', '--for', 'pvc/disk', '--no-headers']]);
    assert.ok(told.split('FileSystemResizeRequired').length <= 2, told);
    assert.equal(told.split('VolumeResizeSuccessful').length, 2, told);
    await apply(pod('filling', 'disk', 'id > /data/c'));
    await running('filling');
    await exec('filling', fill(24));
  });

  test('is there again after down and up, and goes without a trace', async () => {
    await cluster.mustGantry(['down']);
    await noLoops();
    await cluster.mustGantry(['up']);
    await eventually('the pod runs again', async () =>
      assert.match(await exec('filling', 'cat /data/b'), /uid=/),
    );
    const { metadata } = await volumeOf('disk');
    await remove('pod/filling');
    await remove('pvc/disk');
    await gone(join(volumes, metadata.name));
    await noLoops();
  });

  test('is a block device where that is asked for', async () => {
    await apply(claim('raw', { storageClassName, volumeMode: 'Block', ...sized('8Mi') }));
    const main = {
      name: 'main',
      image: 'busybox:1',
      command: ['sh', '-c', 'echo written > /dev/raw-disk; exec sleep 100000'],
      volumeDevices: [{ name: 'data', devicePath: '/dev/raw-disk' }],
    };
    await apply(pod('raw', 'raw', '', { containers: [main] }));
    await running('raw');
    assert.equal(await exec('raw', 'head -n 1 /dev/raw-disk'), 'written\n');
    const { spec } = await volumeOf('raw');
    assert.match(readFileSync(spec.local?.path ?? '', 'latin1').slice(0, 8), /^written/);
    await remove('pod/raw');
    await remove('pvc/raw');
    await gone(spec.local?.path ?? '');
    await noLoops();
  });
});

test('a StatefulSet keeps the volume of each of its pods', async () => {
  const labels = { app: 'db' };
  const template = JSON.parse(pod('db', '', 'hostname >> /data/name', { volumes: [] })) as {
    spec: object;
  };
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
  const set = (replicas: number) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: {
        replicas,
        serviceName: 'db',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: template.spec },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      },
    });
  const rolledOut = () => cluster.kubectl(['rollout', 'status', 'statefulset/db', '--timeout=60s']);
  await apply(set(2));
  await rolledOut();
  await apply(set(1));
  await cluster.kubectl(['wait', 'pod/db-1', '--for=delete', '--timeout=60s']);
  await apply(set(2));
  await rolledOut();
  assert.equal(await exec('db-0', 'cat /data/name'), 'db-0\n');
  assert.equal(await exec('db-1', 'cat /data/name'), 'db-1\ndb-1\n');
  await remove('statefulset/db');
  await eventually('its claims and volumes go with it', async () =>
    assert.equal(await cluster.kubectl(['get', 'pvc,pv', '-o', 'name']), ''),
  );
});

test('an ephemeral volume comes and goes with its pod', async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
  const ephemeral = { volumeClaimTemplate: { spec } };
  await apply(pod('brief', '', 'echo a > /data/a', { volumes: [{ name: 'data', ephemeral }] }));
  await running('brief');
  const { spec: made } = await volumeOf('brief-data');
  assert.ok(existsSync(join(made.local?.path ?? '', 'a')));
  await remove('pod/brief');
  await gone(made.local?.path ?? '');
});

test('a volume made by hand is bound, mounted as asked and kept', async () => {
  const directory = join(cluster.folder, 'by-hand');
  mkdirSync(join(directory, 'inner'), { recursive: true, mode: 0o755 });
  const [node] = (await api.read<{ items: Node[] }>('/api/v1/nodes')).items;
  const values = [node?.metadata.name ?? ''];
  const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values }] }];
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'by-hand' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'manual',
      local: { path: directory },
      nodeAffinity: { required: { nodeSelectorTerms: terms } },
    },
  };
  await apply(JSON.stringify(volume), claim('by-hand', { storageClassName: 'manual' }));
  const securityContext = { runAsUser: 1000, fsGroup: 4321 };
  const mount = { subPath: 'inner' };
  await apply(pod('writer', 'by-hand', 'echo a > /data/a', { securityContext }, mount));
  await running('writer');
  assert.equal(readFileSync(join(directory, 'inner', 'a'), 'utf8'), 'a\n');
  assert.match(await exec('writer', 'stat -c "%u:%g %a" /data/a; stat -c %a /data'), /1000:4321/);
  const readonly = [
    { name: 'data', persistentVolumeClaim: { claimName: 'by-hand', readOnly: true } },
  ];
  await apply(pod('reader', 'by-hand', 'cat /data/inner/a', { volumes: readonly }));
  await running('reader');
  await assert.rejects(exec('reader', 'echo b > /data/inner/b'), /Read-only file system/);
  await remove('pod/writer');
  await remove('pod/reader');
  await remove('pvc/by-hand');
  await eventually('the volume is given back', async () =>
    assert.match(await cluster.kubectl(['get', 'pv', 'by-hand']), /Retain +Released/),
  );
  assert.ok(existsSync(join(directory, 'inner', 'a')));
});

test('an emptyDir that outgrows its limit ends its pod', async () => {
  const volumes = [{ name: 'data', emptyDir: { sizeLimit: '1Mi' } }];
  const fill = 'dd if=/dev/zero of=/data/a bs=1M count=3';
  await apply(pod('greedy', '', fill, { volumes, restartPolicy: 'Never' }));
  await eventually('it is evicted', async () => {
    const { status } = await api.read<Pod>('/api/v1/namespaces/default/pods/greedy');
    assert.deepEqual([status?.phase, status?.reason], ['Failed', 'Evicted']);
    assert.match(status?.message ?? '', /Usage of EmptyDir volume "data" exceeds the limit "1Mi"/);
  });
  await remove('pod/greedy');
});

test('what cannot be had is told', async () => {
  await apply(
    claim('shared', { accessModes: ['ReadWriteMany'] }),
    pod('shared', 'shared', 'true'),
    pod('nobody', 'missing', 'true'),
  );
  await eventually('the claim says why', async () =>
    assert.match(await eventsOf('shared'), /ProvisioningFailed.*not ReadWriteMany/),
  );
  await eventually('the pod says why', async () =>
    assert.match(await eventsOf('nobody'), /persistentvolumeclaim "missing" not found/),
  );
  await cluster.kubectl(['delete', 'pod', 'shared', 'nobody', '--timeout=60s']);
  await remove('pvc/shared');
});

test('a reset removes all volumes, and says so', async () => {
  await apply(claim('last'), pod('last', 'last', 'echo a > /data/a'));
  await running('last');
  assert.equal(readdirSync(volumes).length, 1);
  const said = await cluster.mustGantry(['reset', '--yes']);
  assert.match(said, /with the volume of claims/);
  assert.ok(!existsSync(volumes));
});
