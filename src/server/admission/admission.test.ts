import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ingressClasses,
  ingresses,
  namespaces,
  pods,
  priorityClasses,
  runtimeClasses,
  serviceAccounts,
} from '#api/kinds/index.ts';
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

test('a pod has the priority of its class, or of the default one', async () => {
  const cluster = await openTestCluster();
  await cluster.create(priorityClasses, {
    metadata: { name: 'patient' },
    value: -5,
    preemptionPolicy: 'Never',
  });
  const { spec } = await makePod(cluster, { priorityClassName: 'patient' });
  assert.deepEqual([spec.priority, spec.preemptionPolicy], [-5, 'Never']);
  const usual = { metadata: { name: 'usual' }, value: 10, globalDefault: true };
  await cluster.create(priorityClasses, usual);
  const other = await makePod(cluster, {}, { name: 'q' });
  assert.deepEqual([other.spec.priority, other.spec.priorityClassName], [10, 'usual']);
  assert.equal(
    await sentence(
      cluster.create(priorityClasses, { ...usual, metadata: { name: 'second' }, value: 1 }),
    ),
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
});

test('the classes of the system stay', async () => {
  const cluster = await openTestCluster();
  const target = { kind: priorityClasses, namespace: undefined, name: 'system-node-critical' };
  await cluster.create(priorityClasses, { metadata: { name: target.name }, value: 2_000_001_000 });
  assert.equal(
    await sentence(cluster.core.delete(cluster.context, target, {})),
    'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
  );
});

test('a runtime class adds its overhead, its nodes and its tolerations', async () => {
  const cluster = await openTestCluster();
  const toleration = { key: 'sandbox', operator: 'Exists' };
  await cluster.create(runtimeClasses, {
    metadata: { name: 'sandbox' },
    handler: 'kata',
    overhead: { podFixed: { cpu: '250m', memory: '64Mi' } },
    scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [toleration] },
  });
  const { spec } = await makePod(cluster, {
    runtimeClassName: 'sandbox',
    nodeSelector: { disk: 'ssd' },
    tolerations: [toleration],
  });
  assert.deepEqual(spec.overhead, { cpu: '250m', memory: '64Mi' });
  assert.deepEqual(spec.nodeSelector, { disk: 'ssd', sandbox: 'yes' });
  assert.equal(spec.tolerations?.filter(({ key }) => key === 'sandbox').length, 1);
  const refused: [Partial<PodSpec>, string][] = [
    [{ runtimeClassName: 'no' }, 'pod rejected: RuntimeClass "no" not found'],
    [
      { runtimeClassName: 'sandbox', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      { overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
    [
      { runtimeClassName: 'sandbox', nodeSelector: { sandbox: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    ],
  ];
  for (const [spec, why] of refused) {
    assert.equal(
      await sentence(makePod(cluster, spec, { name: 'q' })),
      `pods "q" is forbidden: ${why}`,
    );
  }
});
