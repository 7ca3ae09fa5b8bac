/** StatefulSets, DaemonSets and ReplicationControllers with real containers, names and directories. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { DaemonSet, Pod, StatefulSet } from '#api/types.ts';
import { Cluster, eventually } from './harness.ts';

const cluster = new Cluster('wl', { api: 16_510, http: 18_110, https: 18_510 });

const kubectl = (...words: string[]): Promise<string> => cluster.kubectl(words);

async function read<T>(...words: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', ...words, '-o', 'json')) as T;
}

async function podsOf(app: string): Promise<readonly Pod[]> {
  const { items } = await read<{ items: Pod[] }>('pods', '-l', `app=${app}`);
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

const startedAt = ({ status }: Pod): string =>
  status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '';

const exec = (pod: string, script: string): Promise<string> =>
  kubectl('exec', pod, '--', 'sh', '-c', script);

const complete = (set: string): Promise<string> =>
  kubectl('rollout', 'status', set, '--timeout=60s');

const main = (script: string, more = ''): string =>
  `{name: main, image: "busybox:1", command: [sh, -c, ${JSON.stringify(script)}]${more}}`;

const database = `
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Delete}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - ${main('hostname >> /data/began; exec sleep 3600', ', volumeMounts: [{name: data, mountPath: /data}]')}
`;

const agents = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - ${main('exec sleep 3600')}
`;

const counted = `
apiVersion: v1
kind: ReplicationController
metadata: {name: counted}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: counted}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - ${main('exec sleep 3600')}
`;

suite('workloads', { timeout: 240_000 }, () => {
  before(async () => {
    await cluster.up();
    await cluster.loadImages(['busybox-1']);
    await cluster.apply([database, agents, counted].join('\n---\n'));
  });
  after(() => cluster.remove());

  test('the pods of a StatefulSet start in order, with names and claims of their own', async () => {
    await complete('statefulset/db');
    const pods = await podsOf('db');
    assert.deepEqual(
      pods.map(({ metadata }) => metadata.name),
      ['db-0', 'db-1', 'db-2'],
    );
    const times = pods.map(startedAt);
    assert.deepEqual(times, times.toSorted());
    for (const { metadata, status } of pods) {
      const { name } = metadata;
      assert.equal(await exec(name, 'hostname'), `${name}\n`);
      assert.equal(await exec(name, 'cat /data/began'), `${name}\n`);
      const found = await exec('db-0', `nslookup ${name}.db.default.svc.cluster.local`);
      assert.match(found, new RegExp(`Address.*${status?.podIP?.replaceAll('.', '\\.')}`));
    }
  });

  test('a pod that goes comes back under its name, with its data', async () => {
    const before = (await podsOf('db'))[1];
    await kubectl('delete', 'pod', 'db-1');
    await complete('statefulset/db');
    const after = (await podsOf('db'))[1];
    assert.notEqual(after?.metadata.uid, before?.metadata.uid);
    assert.equal(await exec('db-1', 'cat /data/began'), 'db-1\ndb-1\n');
  });

  test('an update goes from the last pod down to the partition, and a broken one stops there', async () => {
    const uids = (await podsOf('db')).map(({ metadata }) => metadata.uid);
    const rollingUpdate = { partition: 1 };
    await kubectl(
      'patch',
      'statefulset/db',
      '-p',
      JSON.stringify({ spec: { updateStrategy: { rollingUpdate } } }),
    );
    await kubectl('set', 'env', 'statefulset/db', 'ROUND=2');
    await complete('statefulset/db');
    const pods = await podsOf('db');
    assert.deepEqual(
      pods.map(({ metadata }, index) => metadata.uid === uids[index]),
      [true, false, false],
    );
    assert.ok(startedAt(pods[2] as Pod) <= startedAt(pods[1] as Pod));
    const { status } = await read<StatefulSet>('statefulset', 'db');
    assert.notEqual(status?.currentRevision, status?.updateRevision);
    assert.deepEqual([status?.updatedReplicas, status?.readyReplicas], [2, 3]);
    await kubectl('set', 'image', 'statefulset/db', 'main=nowhere.test/none:1');
    await eventually('the last pod waits for its image', async () => {
      const [, middle, last] = await podsOf('db');
      assert.equal(last?.spec.containers[0]?.image, 'nowhere.test/none:1');
      assert.equal(middle?.metadata.uid, pods[1]?.metadata.uid);
    });
    await kubectl('rollout', 'undo', 'statefulset/db');
    // In order a pod that cannot start must be taken away by hand, as in Kubernetes.
    await kubectl('delete', 'pod', 'db-2');
    await complete('statefulset/db');
  });

  test('claims go with the pods and the set that they belong to', async () => {
    const claims = async (): Promise<string> =>
      (await kubectl('get', 'pvc', '-o', 'name')).replaceAll('\n', ' ').trim();
    await kubectl('scale', 'statefulset/db', '--replicas=1');
    await eventually('the claims of the pods that went are gone', async () => {
      assert.equal(await claims(), 'persistentvolumeclaim/data-db-0');
    });
    await kubectl('delete', 'statefulset', 'db', '--cascade=foreground', '--timeout=60s');
    await eventually('the last claim is gone', async () => assert.equal(await claims(), ''));
    assert.deepEqual(await podsOf('db'), []);
  });

  test('a DaemonSet has its pod on the node, cordoned or not, and renews it with a surge', async () => {
    await complete('daemonset/agent');
    const [node] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
    await kubectl('cordon', node ?? '');
    const [first] = await podsOf('agent');
    await kubectl('delete', 'pod', first?.metadata.name ?? '');
    await complete('daemonset/agent');
    const drained = await cluster.run({ label: '', program: 'kubectl' }, ['drain', node ?? '']);
    assert.match(drained.stderr, /cannot delete DaemonSet-managed Pods .*default\/agent-/);
    await kubectl('uncordon', node ?? '');
    const [old] = await podsOf('agent');
    await kubectl('set', 'env', 'daemonset/agent', 'ROUND=2');
    await complete('daemonset/agent');
    await eventually('the old one is gone', async () => {
      const pods = await podsOf('agent');
      assert.equal(pods.length, 1);
      assert.ok(startedAt(pods[0] as Pod) >= startedAt(old as Pod));
      assert.notEqual(pods[0]?.metadata.uid, old?.metadata.uid);
    });
    const { status } = await read<DaemonSet>('daemonset', 'agent');
    const { numberAvailable, updatedNumberScheduled, numberUnavailable } = status ?? {};
    assert.deepEqual(
      [numberAvailable, updatedNumberScheduled, numberUnavailable],
      [1, 1, undefined],
    );
  });

  test('a node selector moves a DaemonSet away and back', async () => {
    await kubectl(
      'patch',
      'daemonset/agent',
      '-p',
      '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"fast"}}}}}',
    );
    await eventually('no pod', async () => assert.deepEqual(await podsOf('agent'), []));
    const [node] = (await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
    await kubectl('label', node ?? '', 'disk=fast');
    await complete('daemonset/agent');
    assert.equal((await podsOf('agent')).length, 1);
    await kubectl('delete', 'daemonset', 'agent');
    await eventually('nothing is left', async () => assert.deepEqual(await podsOf('agent'), []));
  });

  test('a ReplicationController keeps its number', async () => {
    const running = async (count: number): Promise<void> => {
      const pods = await podsOf('counted');
      assert.deepEqual(
        pods.map(({ status }) => status?.phase),
        Array(count).fill('Running'),
      );
    };
    await eventually('two pods', () => running(2));
    const [first] = await podsOf('counted');
    await kubectl('delete', 'pod', first?.metadata.name ?? '');
    await eventually('two pods again', () => running(2));
    await kubectl('scale', 'rc/counted', '--replicas=3');
    await eventually('three pods', () => running(3));
    await kubectl('delete', 'rc', 'counted');
    await eventually('nothing is left', () => running(0));
  });
});
