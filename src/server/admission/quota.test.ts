import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from '#api/kind.ts';
import {
  configMaps,
  limitRanges,
  persistentVolumeClaims,
  pods,
  resourceQuotas,
  services,
} from '#api/kinds/index.ts';
import type { Pod, ResourceQuota } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestCluster, type TestCluster } from '../testing/cluster.ts';

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    assert.ok(isStatusError(error));
    return error.message;
  }
}

function podNamed(name: string, resources: object = {}, spec: object = {}) {
  return {
    metadata: { name },
    spec: { containers: [{ name: 'app', image: 'i', resources }], ...spec },
  };
}

const quota = (cluster: TestCluster, spec: object, name = 'q') =>
  cluster.create(resourceQuotas, { metadata: { name }, spec });

async function used(cluster: TestCluster, name = 'q') {
  return ((await cluster.get(resourceQuotas, name)) as ResourceQuota).status?.used;
}

async function change(
  { core, context }: TestCluster,
  kind: Kind,
  name: string,
  body: object,
  subresource?: string,
) {
  const target = { kind, namespace: 'default', name, subresource };
  await core.patch(context, target, { type: 'merge', body }, {});
}

async function remove({ core, context }: TestCluster, kind: Kind, name: string) {
  await core.delete(context, { kind, namespace: 'default', name }, { gracePeriodSeconds: 0 });
}

test('a quota counts what is there when it comes, and every change from then on', async () => {
  const cluster = await openTestCluster();
  await cluster.create(pods, podNamed('old', { requests: { cpu: '250m' } }));
  await cluster.create(configMaps, { metadata: { name: 'one' } });
  const hard = {
    pods: '3',
    'requests.cpu': '1',
    'count/configmaps': '2',
    configmaps: '5',
    resourcequotas: '2',
    'count/jobs.batch': '1',
  };
  await quota(cluster, { hard });
  assert.deepEqual(await used(cluster), {
    pods: '1',
    'requests.cpu': '250m',
    'count/configmaps': '1',
    configmaps: '1',
    resourcequotas: '1',
    'count/jobs.batch': '0',
  });
  await cluster.create(pods, podNamed('new', { limits: { cpu: '500m' } }));
  assert.equal((await used(cluster))?.['requests.cpu'], '750m');
  assert.equal(
    await refusal(cluster.create(pods, podNamed('big', { requests: { cpu: '300m' } }))),
    'pods "big" is forbidden: exceeded quota: q, requested: requests.cpu=300m, used: requests.cpu=750m, limited: requests.cpu=1',
  );
  assert.equal(
    await refusal(cluster.create(pods, podNamed('silent'))),
    'pods "silent" is forbidden: failed quota: q: must specify requests.cpu for: app',
  );
  // A pod that has ended gives its share back, though it is still there.
  await change(cluster, pods, 'old', { status: { phase: 'Succeeded' } }, 'status');
  assert.deepEqual(
    [(await used(cluster))?.['pods'], (await used(cluster))?.['requests.cpu']],
    ['1', '500m'],
  );
  await remove(cluster, pods, 'new');
  assert.deepEqual(
    [(await used(cluster))?.['pods'], (await used(cluster))?.['requests.cpu']],
    ['0', '0'],
  );
});

test('a pod that asks for less counts for what its node still holds for it', async () => {
  const cluster = await openTestCluster();
  await quota(cluster, { hard: { 'requests.cpu': '2' } });
  await cluster.create(pods, podNamed('app', { requests: { cpu: '1' } }));
  const holds = (cpu: string) => {
    const status = { name: 'app', image: 'i', imageID: 'i', ready: true, restartCount: 0 };
    const held = { allocatedResources: { cpu }, resources: { requests: { cpu } } };
    const containerStatuses = [{ ...status, ...held }];
    return change(cluster, pods, 'app', { status: { containerStatuses } }, 'status');
  };
  const asks = (cpu: string) =>
    change(cluster, pods, 'app', { spec: podNamed('app', { requests: { cpu } }).spec }, 'resize');
  const cpu = async () => (await used(cluster))?.['requests.cpu'];
  await holds('1');
  await asks('400m');
  assert.equal(await cpu(), '1');
  await holds('400m');
  assert.equal(await cpu(), '400m');
  await asks('1500m');
  assert.equal(await cpu(), '1500m');
  const tooMuch = 'exceeded quota: q, requested: requests.cpu=1, used: requests.cpu=1500m';
  assert.ok((await refusal(asks('2500m'))).includes(tooMuch));
});

test('the last free place goes to one', async () => {
  const cluster = await openTestCluster();
  await quota(cluster, { hard: { configmaps: '3' } });
  const names = Array.from({ length: 8 }, (_, index) => `map-${index}`);
  const outcomes = await Promise.all(
    names.map((name) => refusal(cluster.create(configMaps, { metadata: { name } }))),
  );
  assert.equal(outcomes.filter((each) => each === 'accepted').length, 3);
  assert.equal(
    outcomes.at(-1),
    'configmaps "map-7" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=3, limited: configmaps=3',
  );
  assert.deepEqual(await used(cluster), { configmaps: '3' });
});

test('a dry run is judged and not counted', async () => {
  const cluster = await openTestCluster();
  await quota(cluster, { hard: { configmaps: '1' } });
  const { core, context } = cluster;
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
  const target = { kind: configMaps as Kind, namespace: 'default' };
  await core.create(context, target, structuredClone(body), { dryRun: true });
  assert.deepEqual(await used(cluster), { configmaps: '0' });
  await core.create(context, target, structuredClone(body), {});
  const again = core.create(
    context,
    target,
    { ...body, metadata: { name: 'y' } },
    { dryRun: true },
  );
  assert.match(await refusal(again), /exceeded quota/);
});

test('nobody writes a quota’s numbers but the server', async () => {
  const cluster = await openTestCluster();
  await quota(cluster, { hard: { configmaps: '3' } });
  await change(cluster, resourceQuotas, 'q', { status: { used: { configmaps: '2' } } }, 'status');
  assert.deepEqual(await used(cluster), { configmaps: '0' });
  await cluster.create(configMaps, { metadata: { name: 'x' } });
  await change(cluster, resourceQuotas, 'q', { spec: { hard: { secrets: '1' } } });
  const found = (await cluster.get(resourceQuotas, 'q')) as ResourceQuota;
  assert.deepEqual(found.status, {
    hard: { configmaps: '3', secrets: '1' },
    used: { configmaps: '1', secrets: '0' },
  });
});

test('scopes: which pods a quota is about', async () => {
  const cluster = await openTestCluster();
  await quota(cluster, { hard: { pods: '1' }, scopes: ['BestEffort'] }, 'best-effort');
  await quota(cluster, { hard: { pods: '2' }, scopes: ['Terminating'] }, 'terminating');
  const scopeSelector = {
    matchExpressions: [
      { scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] },
    ],
  };
  await quota(cluster, { hard: { pods: '0' }, scopeSelector }, 'critical');
  await cluster.create(pods, podNamed('a'));
  assert.match(await refusal(cluster.create(pods, podNamed('b'))), /exceeded quota: best-effort/);
  const resources = { requests: { cpu: '1' } };
  await cluster.create(pods, podNamed('b', resources, { activeDeadlineSeconds: 5 }));
  const critical = podNamed('c', resources, { priorityClassName: 'system-cluster-critical' });
  assert.match(await refusal(cluster.create(pods, critical)), /exceeded quota: critical/);
  const all = ['best-effort', 'terminating', 'critical'].map(async (name) => used(cluster, name));
  assert.deepEqual(await Promise.all(all), [{ pods: '1' }, { pods: '1' }, { pods: '0' }]);
  // A pod that is there is counted where it belongs now, and no longer judged.
  await quota(cluster, { hard: { pods: '0' }, scopes: ['NotTerminating'] }, 'endless');
  await quota(cluster, { hard: { pods: '0' }, scopes: ['Terminating'] }, 'full');
  await change(cluster, pods, 'a', { spec: { activeDeadlineSeconds: 5 } });
  assert.deepEqual(
    [await used(cluster, 'endless'), await used(cluster, 'full')],
    [{ pods: '0' }, { pods: '2' }],
  );
  // Whatever it counts, a quota of pods does not mind other things.
  await cluster.create(configMaps, { metadata: { name: 'x' } });
});

test('services and claims', async () => {
  const cluster = await openTestCluster();
  const ofClass = 'fast.storageclass.storage.k8s.io/requests.storage';
  const hard = {
    services: '5',
    'services.nodeports': '2',
    'services.loadbalancers': '1',
    'requests.storage': '10Gi',
    [ofClass]: '1Gi',
  };
  await quota(cluster, { hard });
  const service = (name: string, type: string, ports: number) =>
    cluster.create(services, {
      metadata: { name },
      spec: {
        type,
        ports: Array.from({ length: ports }, (_, at) => ({ name: `p${at}`, port: at + 1 })),
      },
    });
  await service('a', 'LoadBalancer', 2);
  assert.match(await refusal(service('b', 'NodePort', 1)), /requested: services.nodeports=1/);
  await change(cluster, services, 'a', { spec: { type: 'ClusterIP' } });
  const claim = (name: string, storage: string, storageClassName: string) =>
    cluster.create(persistentVolumeClaims, {
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage } },
        storageClassName,
      },
    });
  await claim('x', '2Gi', 'slow');
  assert.match(await refusal(claim('y', '2Gi', 'fast')), new RegExp(`requested: ${ofClass}=2Gi`));
  const now = await used(cluster);
  assert.deepEqual(now, {
    services: '1',
    'services.nodeports': '0',
    'services.loadbalancers': '0',
    'requests.storage': '2Gi',
    [ofClass]: '0',
  });
});

test('whatever happens, what is used is what is there', async () => {
  const happening = fc.record({
    type: fc.constantFrom('create', 'delete', 'end', 'map', 'unmap'),
    which: fc.integer({ min: 0, max: 5 }),
    cpu: fc.constantFrom('100m', '1', '250m'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
      const cluster = await openTestCluster();
      const spec = { hard: { pods: '4', cpu: '2', 'count/configmaps': '3', 'count/pods': '6' } };
      await quota(cluster, spec);
      const tries = happenings.map(({ type, which, cpu }) => {
        const name = `x-${which}`;
        const ended = { status: { phase: 'Failed' } };
        if (type === 'create') return cluster.create(pods, podNamed(name, { requests: { cpu } }));
        if (type === 'delete') return remove(cluster, pods, name);
        if (type === 'end') return change(cluster, pods, name, ended, 'status');
        if (type === 'map') return cluster.create(configMaps, { metadata: { name } });
        return remove(cluster, configMaps, name);
      });
      await Promise.allSettled(tries);
      const counted = await used(cluster);
      await quota(cluster, spec, 'fresh');
      assert.deepEqual(counted, await used(cluster, 'fresh'));
    }),
    { numRuns: 30 },
  );
});

test('a LimitRange completes pods and refuses what is out of bounds', async () => {
  const cluster = await openTestCluster();
  const limits = [
    {
      type: 'Container',
      default: { cpu: '500m', memory: '64Mi' },
      defaultRequest: { cpu: '100m' },
      max: { cpu: '1' },
      min: { cpu: '50m' },
      maxLimitRequestRatio: { cpu: '5' },
    },
    { type: 'Pod', max: { memory: '100Mi' } },
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
  ];
  await cluster.create(limitRanges, { metadata: { name: 'l' }, spec: { limits } });
  const made = (await cluster.create(pods, podNamed('a'))) as Pod;
  assert.deepEqual(made.spec.containers[0]?.resources, {
    requests: { cpu: '100m', memory: '64Mi' },
    limits: { cpu: '500m', memory: '64Mi' },
  });
  assert.equal(
    made.metadata.annotations?.['kubernetes.io/limit-ranger'],
    'LimitRanger plugin set: cpu, memory request for container app; cpu, memory limit for container app',
  );
  assert.equal(made.status?.qosClass, 'Burstable');
  const refused: readonly [object, string][] = [
    [
      { limits: { cpu: '2' }, requests: { cpu: '1' } },
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      { requests: { cpu: '10m' }, limits: { cpu: '40m' } },
      '[minimum cpu usage per Container is 50m, but request is 10m]',
    ],
    [
      { requests: { cpu: '100m' }, limits: { cpu: '1' } },
      'cpu max limit to request ratio per Container is 5, but provided ratio is 10.000000',
    ],
    [{ limits: { memory: '128Mi' } }, 'maximum memory usage per Pod is 100Mi, but limit is 128Mi'],
  ];
  for (const [resources, why] of refused) {
    const expected = `pods "b" is forbidden: ${why.replace(/^\[|\]$/g, '')}`;
    assert.equal(await refusal(cluster.create(pods, podNamed('b', resources))), expected);
  }
  const claim = (storage: string) =>
    cluster.create(persistentVolumeClaims, {
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
  assert.match(
    await refusal(claim('500Mi')),
    /minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi/,
  );
  assert.match(
    await refusal(claim('3Gi')),
    /maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi/,
  );
  await claim('1Gi');
  const wide = { requests: { storage: '5Gi' } };
  const larger = change(cluster, persistentVolumeClaims, 'c', { spec: { resources: wide } });
  assert.match(await refusal(larger), /is forbidden|Forbidden/);
});
