import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '#api/kind.ts';
import { deployments, namespaces, pods } from '#api/kinds/index.ts';
import type { Pod, PodSpec } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestCluster, type TestCluster } from '../testing/cluster.ts';

const key = (mode: string): string => `pod-security.kubernetes.io/${mode}`;

async function clusterWith(labels: Readonly<Record<string, string>>): Promise<TestCluster> {
  const cluster = await openTestCluster();
  await label(cluster, labels);
  return cluster;
}

function patch({ core, context }: TestCluster, kind: Kind, name: string, body: object) {
  const target = { kind, namespace: kind.namespaced ? 'default' : undefined, name };
  return core.patch(context, target, { type: 'strategic', body }, {});
}

const label = (cluster: TestCluster, labels: Readonly<Record<string, string>>) =>
  patch(cluster, namespaces, 'default', { metadata: { labels } });

const main = { name: 'main', image: 'i' };
const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const makePod = (cluster: TestCluster, spec: Partial<PodSpec> = {}, name = 'p') =>
  cluster.create(pods, { metadata: { name }, spec: { containers: [main], ...spec } as PodSpec });

async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isStatusError(error), String(error));
    return error.message;
  }
  return 'it was not refused';
}

const plainPod =
  'allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), ' +
  'unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), ' +
  'runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), ' +
  'seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

test('an enforced level refuses pods, and lets those in that keep to it', async () => {
  const cluster = await clusterWith({ [key('enforce')]: 'restricted' });
  assert.equal(
    await refusal(makePod(cluster)),
    `pods "p" is forbidden: violates PodSecurity "restricted:latest": ${plainPod}`,
  );
  await makePod(cluster, { containers: [{ ...main, securityContext: hardened }] });
});

test('a level is named with the version that the namespace gave it', async () => {
  const labels = { [key('enforce')]: 'baseline', [key('enforce-version')]: 'v1.30' };
  const cluster = await clusterWith(labels);
  assert.equal(
    await refusal(makePod(cluster, { hostNetwork: true, hostPID: true })),
    'pods "p" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true, hostPID=true)',
  );
});

test('a warning does not refuse; workloads are only warned of', async () => {
  const cluster = await clusterWith({ [key('enforce')]: 'baseline', [key('warn')]: 'restricted' });
  await makePod(cluster);
  const warning = `would violate PodSecurity "restricted:latest": ${plainPod}`;
  assert.deepEqual(cluster.warnings.splice(0), [warning]);
  const labels = { app: 'web' };
  await cluster.create(deployments, {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [main], hostIPC: true } },
    },
  });
  assert.deepEqual(cluster.warnings.splice(0), [
    `would violate PodSecurity "restricted:latest": host namespaces (hostIPC=true), ${plainPod}`,
  ]);
});

test('a pod that is there may be changed, but not to run something else', async () => {
  const cluster = await openTestCluster();
  await makePod(cluster);
  await label(cluster, { [key('enforce')]: 'restricted' });
  const change = (body: object) => refusal(patch(cluster, pods, 'p', body));
  assert.equal(await change({ metadata: { labels: { a: 'b' } } }), 'it was not refused');
  assert.match(
    await change({ spec: { containers: [{ ...main, image: 'j' }] } }),
    /violates PodSecurity "restricted:latest"/,
  );
});

test('labels of a namespace are checked, and what it holds already is told', async () => {
  const cluster = await openTestCluster();
  for (const name of ['a', 'b', 'c']) await makePod(cluster, {}, name);
  await makePod(cluster, { hostNetwork: true }, 'd');
  assert.equal(
    await refusal(label(cluster, { [key('enforce')]: 'strict', [key('warn-version')]: 'v2' })),
    'Namespace "default" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted, metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v2": must be "latest" or "v1.x"]',
  );
  cluster.warnings.splice(0);
  await label(cluster, { [key('enforce')]: 'restricted' });
  const reasons =
    'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';
  assert.deepEqual(cluster.warnings.splice(0), [
    'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"',
    `a (and 2 other pods): ${reasons}`,
    `d: host namespaces, ${reasons}`,
  ]);
  await label(cluster, { [key('enforce')]: 'baseline' });
  assert.deepEqual(cluster.warnings, []);
});

test('each check of the baseline has its sentence', async () => {
  const cluster = await clusterWith({ [key('enforce')]: 'baseline' });
  const inContainer = (more: object) => ({ containers: [{ ...main, ...more }] });
  const secured = (securityContext: object) => inContainer({ securityContext });
  const cases: readonly [object, string][] = [
    [
      secured({ capabilities: { add: ['SYS_ADMIN', 'NET_RAW', 'CHOWN'] } }),
      'non-default capabilities (container "main" must not include "NET_RAW", "SYS_ADMIN" in securityContext.capabilities.add)',
    ],
    [{ volumes: [{ name: 'root', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "root")'],
    [
      inContainer({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
      'hostPort (container "main" uses hostPort 8080)',
    ],
    [
      inContainer({ livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } }),
      'probe or lifecycle host (container "main" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      secured({ privileged: true }),
      'privileged (container "main" must not set securityContext.privileged=true)',
    ],
    [
      secured({ seLinuxOptions: { type: 'spc_t', user: 'u' } }),
      'seLinuxOptions (container "main" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
    ],
    [
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      secured({ appArmorProfile: { type: 'Unconfined' } }),
      'forbidden AppArmor profile (container "main" must not set AppArmor profile type to "Unconfined")',
    ],
    [
      { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
      'forbidden sysctls (kernel.msgmax)',
    ],
  ];
  for (const [spec, sentence] of cases) {
    assert.equal(
      await refusal(makePod(cluster, spec as Partial<PodSpec>)),
      `pods "p" is forbidden: violates PodSecurity "baseline:latest": ${sentence}`,
    );
  }
});

test('each check of the restricted level has its sentence', async () => {
  const cluster = await clusterWith({ [key('enforce')]: 'restricted' });
  const secured = (more: object) => ({
    containers: [{ ...main, securityContext: { ...hardened, ...more } }],
  });
  const cases: readonly [object, string][] = [
    [
      secured({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } }),
      'unrestricted capabilities (container "main" must not include "CHOWN" in securityContext.capabilities.add)',
    ],
    [
      { ...secured({}), volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }] },
      'restricted volume types (volume "v" uses restricted volume type "nfs")',
    ],
    [
      { ...secured({}), volumes: [{ name: 'v', image: { reference: 'i' } }] },
      'restricted volume types (volume "v" uses restricted volume type "unknown")',
    ],
    [
      { ...secured({}), securityContext: { runAsUser: 0 } },
      'runAsUser=0 (pod must not set runAsUser=0)',
    ],
    [
      secured({ runAsNonRoot: false }),
      'runAsNonRoot != true (container "main" must not set securityContext.runAsNonRoot=false)',
    ],
  ];
  for (const [spec, sentence] of cases) {
    assert.equal(
      await refusal(makePod(cluster, spec as Partial<PodSpec>)),
      `pods "p" is forbidden: violates PodSecurity "restricted:latest": ${sentence}`,
    );
  }
  const made = (await makePod(cluster, secured({}) as Partial<PodSpec>)) as Pod;
  assert.equal(made.metadata.name, 'p');
});
