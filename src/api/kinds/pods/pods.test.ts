import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../types.ts';
import { pods } from '../pods.ts';
import { podSpecWarnings } from '../pod-spec/warnings.ts';
import { podRequests } from '../pod-spec/requests.ts';
import { verdictOnUpdate } from '../testing/verdict.ts';
import { qosClassOf } from './qos.ts';

const sound: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    containers: [{ name: 'app', image: 'nginx:1.27' }],
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }],
  },
};

test('what a pod gets that says little', () => {
  const pod = structuredClone(sound);
  if (pod.spec) {
    pod.spec.hostNetwork = true;
    pod.spec.serviceAccount = 'robot';
    pod.spec.containers = [
      {
        name: 'app',
        image: 'registry:5000/web@sha256:0',
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
        env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        livenessProbe: { httpGet: { port: 'web' } },
      },
    ];
  }
  pods.defaults?.(pod);
  assert.deepEqual(pod.spec, {
    containers: [
      {
        name: 'app',
        image: 'registry:5000/web@sha256:0',
        ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
        resources: {
          limits: { cpu: '1', memory: '1Gi' },
          requests: { cpu: '500m', memory: '1Gi' },
        },
        env: [
          {
            name: 'A',
            valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } },
          },
        ],
        livenessProbe: {
          httpGet: { port: 'web', path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }],
    hostNetwork: true,
    serviceAccount: 'robot',
    serviceAccountName: 'robot',
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    enableServiceLinks: true,
  });
});

test('the pull policy that an image implies', () => {
  const cases: [string, string][] = [
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['registry:5000/nginx', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['nginx@sha256:0', 'IfNotPresent'],
    ['nginx:latest@sha256:0', 'Always'],
  ];
  for (const [image, policy] of cases) {
    const pod = structuredClone(sound);
    if (pod.spec) pod.spec.containers = [{ name: 'a', image }];
    pods.defaults?.(pod);
    assert.equal(pod.spec?.containers[0]?.imagePullPolicy, policy, image);
  }
});

const only =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

test('what may change in a pod', () => {
  type Spec = NonNullable<Pod['spec']>;
  const cases: readonly [what: string, change: (spec: Spec) => void, ...expected: string[]][] = [
    [
      'an image',
      (spec) => (spec.containers = [{ ...spec.containers[0], name: 'app', image: 'b' }]),
    ],
    ['a deadline that comes', (spec) => (spec.activeDeadlineSeconds = 5)],
    ['a toleration more', (spec) => spec.tolerations?.push({ key: 'b', operator: 'Exists' })],
    [
      'a toleration for shorter',
      (spec) => {
        spec.tolerations = [
          { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
        ];
      },
    ],
    [
      'a toleration less',
      (spec) => (spec.tolerations = []),
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ],
    [
      'a container more',
      (spec) => spec.containers.push({ name: 'b', image: 'b' }),
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
    [
      'its node',
      (spec) => (spec.nodeName = 'other'),
      `spec: Forbidden: ${only}\nspec.nodeName: absent → "other"`,
    ],
    [
      'a variable',
      (spec) => {
        spec.containers = spec.containers.map((each) => ({ ...each, env: [{ name: 'A' }] }));
      },
      `spec: Forbidden: ${only}\nspec.containers[0].env: absent → [{"name":"A"}]`,
    ],
  ];
  for (const [what, change, ...expected] of cases) {
    const found = verdictOnUpdate(pods, sound, ({ spec }) => spec && change(spec));
    assert.deepEqual(found, expected, what);
  }
});

test('how hard a pod is held to its resources', () => {
  const both = { cpu: '1', memory: '1Gi' };
  const of = (...resources: object[]): string =>
    qosClassOf({
      containers: resources.map((each, index) => ({ name: `${index}`, resources: each })),
    });
  assert.equal(of({}), 'BestEffort');
  assert.equal(of({ requests: { 'example.com/gpu': '1' } }), 'BestEffort');
  assert.equal(of({ requests: both, limits: both }), 'Guaranteed');
  assert.equal(of({ requests: both, limits: both }, {}), 'Burstable');
  assert.equal(of({ requests: { cpu: '1' } }), 'Burstable');
  assert.equal(of({ requests: { ...both, cpu: '1000m' }, limits: both }), 'Guaranteed');
});

test('what a pod asks for as a whole', () => {
  const asks = (cpu: string) => ({ resources: { requests: { cpu } } });
  const requests = podRequests({
    initContainers: [
      { name: 'first', ...asks('300m') },
      { name: 'sidecar', restartPolicy: 'Always', ...asks('100m') },
      { name: 'second', ...asks('900m') },
    ],
    containers: [
      { name: 'a', ...asks('200m') },
      { name: 'b', ...asks('200m') },
    ],
    overhead: { cpu: '10m' },
  });
  assert.deepEqual(requests, { cpu: '1010m' });
});

test('nothing is ignored in silence', () => {
  const warnings = podSpecWarnings(
    {
      containers: [
        { name: 'a', volumeMounts: [{ name: 'v', mountPath: '/v', recursiveReadOnly: 'Enabled' }] },
        { name: 'b', resources: { claims: [{ name: 'gpu' }] } },
      ],
      volumes: [{ name: 'v', nfs: { server: 's', path: '/' } }],
      hostUsers: false,
      affinity: {},
    },
    'spec',
  );
  assert.deepEqual(
    warnings.map((each) => each.split(': not honoured')[0]),
    [
      'spec.hostUsers',
      'spec.volumes[0].nfs',
      'spec.containers[0].volumeMounts[0].recursiveReadOnly',
      'spec.containers[1].resources.claims',
    ],
  );
});

test('the values of matchLabelKeys become part of the selector', () => {
  const selector = { matchLabels: { app: 'web' } };
  const pod = {
    metadata: { name: 'a', labels: { app: 'web', version: '2' } },
    spec: {
      containers: [],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: structuredClone(selector),
          matchLabelKeys: ['version', 'absent'],
        },
      ],
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              topologyKey: 'zone',
              labelSelector: structuredClone(selector),
              matchLabelKeys: ['version', 'absent'],
            },
          ],
        },
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              podAffinityTerm: {
                topologyKey: 'zone',
                labelSelector: structuredClone(selector),
                mismatchLabelKeys: ['version'],
              },
            },
          ],
        },
      },
    },
  } as unknown as Pod;
  pods.prepareForCreate?.(pod);
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const [near] = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const [far] = podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const [spread] = pod.spec.topologySpreadConstraints ?? [];
  assert.deepEqual(spread?.labelSelector, {
    ...selector,
    matchExpressions: [{ key: 'version', operator: 'In', values: ['2'] }],
  });
  assert.deepEqual(near?.labelSelector?.matchExpressions, [
    { key: 'version', operator: 'In', values: ['2'] },
  ]);
  assert.deepEqual(far?.podAffinityTerm.labelSelector?.matchExpressions, [
    { key: 'version', operator: 'NotIn', values: ['2'] },
  ]);
});

test('a profile that an annotation names becomes the field, is told, and yields to a field', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/';
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'a',
      annotations: { [`${key}a`]: 'localhost/mine', [`${key}b`]: 'unconfined', [`${key}c`]: 'odd' },
    },
    spec: {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'x', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
        { name: 'c', image: 'x' },
      ],
    },
  };
  pods.prepareForCreate?.(pod);
  assert.deepEqual(
    pod.spec?.containers.map(({ securityContext }) => securityContext?.appArmorProfile),
    [{ type: 'Localhost', localhostProfile: 'mine' }, { type: 'RuntimeDefault' }, undefined],
  );
  const sentence = 'deprecated since v1.30; use the "appArmorProfile" field instead';
  assert.deepEqual(pods.warnings?.(pod), [
    `metadata.annotations[${key}a]: ${sentence}`,
    `metadata.annotations[${key}c]: ${sentence}`,
  ]);
});
