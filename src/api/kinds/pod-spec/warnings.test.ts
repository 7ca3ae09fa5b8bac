import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec, PodTemplateSpec, Volume } from '../../types.ts';
import { deployments } from '../deployments.ts';
import { pods } from '../pods.ts';

function warningsOf(volumes: Volume[]): string[] {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', image: 'b' }], volumes },
  };
  return pods.warnings?.(pod) ?? [];
}

test('a volume that nothing mounts is told, one that works is not', () => {
  const found = warningsOf([{ name: 'x', nfs: { server: 'a', path: '/b' } }]);
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^spec\.volumes\[0\]\.nfs: .*does not start/);
  const works: Volume[] = [
    { name: 'a', emptyDir: { sizeLimit: '1Gi' } },
    { name: 'b', persistentVolumeClaim: { claimName: 'c' } },
  ];
  assert.deepEqual(warningsOf(works), []);
});

function oddities(spec: Partial<PodSpec>, annotations: Record<string, string> = {}): string[] {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', annotations },
    spec: { containers: [{ name: 'a', image: 'b' }], ...spec },
  };
  return pods.warnings?.(pod) ?? [];
}

const odd: readonly (readonly [string, Partial<PodSpec>, readonly string[]])[] = [
  [
    'labels of nodes by their old names',
    {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'failure-domain.beta.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
        },
      ],
    },
    [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
    ],
  ],
  [
    'a variable twice, unless the second builds on the first',
    {
      containers: [
        {
          name: 'a',
          image: 'b',
          env: [
            { name: 'PATH', value: '/bin' },
            { name: 'PATH', value: '$(PATH):/sbin' },
            { name: 'PATH', value: '/usr' },
          ],
        },
      ],
    },
    [
      'spec.containers[0].env[2]: hides previous definition of "PATH", which may be dropped when using apply',
    ],
  ],
  [
    'parts of a byte',
    {
      containers: [
        { name: 'a', image: 'b', resources: { limits: { memory: '100m', cpu: '100m' } } },
      ],
    },
    [
      'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
    ],
  ],
  [
    'a port twice',
    {
      initContainers: [{ name: 'i', image: 'b', ports: [{ containerPort: 80 }] }],
      containers: [
        {
          name: 'a',
          image: 'b',
          ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 80 }],
        },
      ],
    },
    [
      'spec.containers[0].ports[0]: duplicate port definition with spec.initContainers[0].ports[0]',
      'spec.containers[0].ports[1]: overlapping port definition with spec.initContainers[0].ports[0]',
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
    ],
  ],
  [
    'host aliases and pull secrets twice',
    {
      hostAliases: [{ ip: '10.1.2.3' }, { ip: '10.1.2.3' }],
      imagePullSecrets: [{ name: 'a' }, { name: 'a' }, { name: '' }],
    },
    [
      'spec.hostAliases[1].ip: duplicate ip "10.1.2.3"',
      'spec.imagePullSecrets[1].name: duplicate name "a"',
      'spec.imagePullSecrets[2].name: invalid empty name ""',
    ],
  ],
];
for (const [what, spec, sentences] of odd)
  test(`it is told as Kubernetes tells it: ${what}`, () => {
    assert.deepEqual(oddities(spec), sentences);
  });

test('volumes that Kubernetes has given up are told so', () => {
  const found = warningsOf([{ name: 'x', glusterfs: { endpoints: 'a', path: 'b' } }]);
  assert.ok(
    found.includes('spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+'),
  );
});

test('annotations that fields have replaced are told, in a template at its own path', () => {
  const annotations = {
    'scheduler.alpha.kubernetes.io/critical-pod': '',
    'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
    'container.apparmor.security.beta.kubernetes.io/a': 'unconfined',
    'container.apparmor.security.beta.kubernetes.io/other': 'unconfined',
  };
  const sentences = (at: string): string[] => [
    `${at}[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead`,
    `${at}[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead`,
    `${at}[container.apparmor.security.beta.kubernetes.io/a]: deprecated since v1.30; use the "appArmorProfile" field instead`,
  ];
  assert.deepEqual(oddities({}, annotations), sentences('metadata.annotations'));
  const template: PodTemplateSpec = {
    metadata: { annotations },
    spec: { containers: [{ name: 'a', image: 'b' }] },
  };
  const found = deployments.warnings?.({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: { selector: {}, template },
  });
  assert.deepEqual(found, sentences('spec.template.metadata.annotations'));
});
