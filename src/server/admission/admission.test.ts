import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ingressClasses, ingresses, namespaces, pods, serviceAccounts } from '#api/kinds/index.ts';
import type { Ingress, Pod, PodSpec } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestCluster, settle, type TestCluster } from '../testing/cluster.ts';

async function makePod(
  cluster: TestCluster,
  spec: Partial<PodSpec> = {},
  metadata = {},
): Promise<Pod> {
  const containers = [{ name: 'c', image: 'i' }];
  const object = { metadata: { name: 'p', ...metadata }, spec: { containers, ...spec } };
  return (await cluster.create(pods, object)) as Pod;
}

async function sentence(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isStatusError(error), String(error));
    return error.message;
  }
  return 'it was not refused';
}

test('a pod finds the token of its account', async () => {
  const cluster = await openTestCluster();
  const { spec } = await makePod(cluster);
  assert.equal(spec.serviceAccountName, 'default');
  const [volume] = spec.volumes ?? [];
  assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/);
  assert.deepEqual(spec.containers[0]?.volumeMounts, [
    {
      name: volume?.name,
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    },
  ]);
  assert.deepEqual(volume?.projected, {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [
            { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
          ],
        },
      },
    ],
  });
});

test('the pod, then its account, say whether it wants a token', async () => {
  const cluster = await openTestCluster();
  await cluster.create(serviceAccounts, {
    metadata: { name: 'quiet' },
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: 'registry' }],
  });
  const quiet = await makePod(cluster, { serviceAccountName: 'quiet' });
  assert.equal(quiet.spec.volumes, undefined);
  assert.deepEqual(quiet.spec.imagePullSecrets, [{ name: 'registry' }]);
  const loud = await makePod(
    cluster,
    { serviceAccountName: 'quiet', automountServiceAccountToken: true },
    { name: 'q' },
  );
  assert.equal(loud.spec.volumes?.length, 1);
});

test('a pod without its account is refused; one that comes before the default account waits', async () => {
  const cluster = await openTestCluster();
  assert.equal(
    await sentence(makePod(cluster, { serviceAccountName: 'no' })),
    'pods "p" is forbidden: error looking up service account default/no: serviceaccount "no" not found',
  );
  await cluster.create(namespaces, { metadata: { name: 'new' } });
  const early = makePod(cluster, {}, { namespace: 'new' });
  await settle();
  await cluster.create(serviceAccounts, { metadata: { name: 'default', namespace: 'new' } });
  cluster.time.advance(50);
  assert.equal((await early).spec.serviceAccountName, 'default');
});

test('tolerations and priority that nobody asked for', async () => {
  const cluster = await openTestCluster();
  const { spec } = await makePod(cluster, {
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
  });
  assert.deepEqual(spec.tolerations, [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
    {
      key: 'node.kubernetes.io/unreachable',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    },
  ]);
  assert.equal(spec.priority, 0);
  const critical = await makePod(
    cluster,
    { priorityClassName: 'system-node-critical' },
    { name: 'q' },
  );
  assert.equal(critical.spec.priority, 2_000_001_000);
  assert.equal(
    await sentence(makePod(cluster, { priorityClassName: 'no' }, { name: 'r' })),
    'pods "r" is forbidden: no PriorityClass with name no was found',
  );
  assert.match(
    await sentence(makePod(cluster, { priority: 7 }, { name: 'r' })),
    /the integer value of priority \(7\) must not be provided in pod spec/,
  );
});

test('an Ingress without a class gets the default one', async () => {
  const cluster = await openTestCluster();
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  const controller = 'x.io/c';
  await cluster.create(ingressClasses, {
    metadata: { name: 'old', annotations },
    spec: { controller },
  });
  cluster.time.advance(1000);
  await cluster.create(ingressClasses, {
    metadata: { name: 'new', annotations },
    spec: { controller },
  });
  const backend = { service: { name: 's', port: { number: 80 } } };
  const made = (await cluster.create(ingresses, {
    metadata: { name: 'i' },
    spec: { defaultBackend: backend },
  })) as Ingress;
  assert.equal(made.spec.ingressClassName, 'new');
});
