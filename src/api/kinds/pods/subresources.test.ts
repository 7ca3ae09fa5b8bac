import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec } from '../../types.ts';
import { pods } from '../pods.ts';
import { verdictOnSubresource } from '../testing/verdict.ts';

const running: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    initContainers: [
      { name: 'setup', image: 'i:1', resources: { requests: { cpu: '1' } } },
      { name: 'proxy', image: 'i:1', restartPolicy: 'Always', resources: { limits: { cpu: '1' } } },
    ],
    containers: [
      {
        name: 'app',
        image: 'i:1',
        resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } },
      },
    ],
    ephemeralContainers: [{ name: 'debugger', image: 'i:1' }],
  },
  status: { qosClass: 'Burstable' },
};

type Case = readonly [string, (spec: PodSpec, pod: Pod) => void, readonly string[]];

const app = ({ containers: [first] }: PodSpec): Container => first as Container;
const amounts = (of: Container | undefined) => {
  assert.ok(of);
  of.resources ??= {};
  return of.resources;
};

function check(subresource: string, cases: readonly Case[], pod = running): void {
  for (const [name, change, wanted] of cases) {
    test(`${subresource}: ${name}`, () => {
      const found = verdictOnSubresource(pods, subresource, pod, (next) =>
        change(next.spec ?? { containers: [] }, next),
      );
      assert.deepEqual(found, wanted);
    });
  }
}

check('resize', [
  [
    'more and less of processor and memory',
    (spec) => {
      amounts(app(spec)).requests = { cpu: '2', memory: '512Mi' };
      amounts(app(spec)).limits = { memory: '3Gi' };
      app(spec).resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    },
    [],
  ],
  [
    'a limit that was not there',
    (spec) => (amounts(app(spec)).limits = { memory: '2Gi', cpu: '2' }),
    [],
  ],
  [
    'an image is not what is asked for',
    (spec) => {
      app(spec).image = 'other:1';
    },
    [],
  ],
  [
    'nothing is taken away',
    (spec) => {
      amounts(app(spec)).limits = {};
      delete amounts(app(spec)).requests?.['cpu'];
    },
    [
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
      'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
    ],
  ],
  [
    'no other resource',
    (spec) => {
      amounts(app(spec)).requests = { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' };
    },
    ['spec: Forbidden: only cpu and memory resources are mutable'],
  ],
  [
    'no init container, but a sidecar',
    (spec) => {
      amounts(spec.initContainers?.[0]).requests = { cpu: '2' };
      amounts(spec.initContainers?.[1]).limits = { cpu: '2' };
    },
    ['spec: Forbidden: resources for non-sidecar init containers are immutable'],
  ],
  [
    'the class stays',
    (spec) => {
      amounts(app(spec)).limits = { cpu: '1', memory: '1Gi' };
      amounts(spec.initContainers?.[0]).requests = { cpu: '1' };
      amounts(app(spec)).requests = { cpu: '1', memory: '1Gi' };
      spec.initContainers = [];
    },
    [
      'spec: Invalid value: "Guaranteed": Pod QOS Class may not change as a result of resizing',
      'spec.initContainers: Forbidden: initContainers may not be added or removed on resize',
    ],
  ],
  [
    'requests stay below limits',
    (spec) => {
      amounts(app(spec)).requests = { cpu: '1', memory: '4Gi' };
    },
    [
      'spec.containers[0].resources.requests: Invalid value: "4Gi": must be less than or equal to memory limit of 2Gi',
    ],
  ],
]);

const whole = structuredClone(running);
if (whole.spec)
  whole.spec.resources = { requests: { cpu: '3', memory: '1Gi' }, limits: { memory: '4Gi' } };
check(
  'resize',
  [
    [
      'more and less of what a pod has as a whole',
      (spec) => {
        spec.resources = {
          requests: { cpu: '4', memory: '1Gi' },
          limits: { memory: '3Gi', cpu: '5' },
        };
      },
      [],
    ],
    [
      'nothing of it is taken away',
      (spec) => {
        spec.resources = { requests: { cpu: '3', memory: '1Gi' } };
      },
      ['spec.resources.limits: Forbidden: resource limits cannot be removed'],
    ],
    [
      'it stays above what the containers ask for',
      (spec) => {
        spec.resources = { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '4Gi' } };
      },
      [
        'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      ],
    ],
    [
      'no huge pages',
      (spec) => {
        const pages = { 'hugepages-2Mi': '4Mi' };
        spec.resources = {
          requests: { cpu: '3', memory: '1Gi', ...pages },
          limits: { memory: '4Gi', ...pages },
        };
      },
      [
        'spec: Forbidden: only cpu and memory resources are mutable\nspec.resources.requests.hugepages-2Mi: absent → "4Mi"\nspec.resources.limits.hugepages-2Mi: absent → "4Mi"',
      ],
    ],
  ],
  whole,
);
check('resize', [
  [
    'resources of a pod as a whole that had none',
    (spec) => {
      spec.resources = { requests: { cpu: '3', memory: '1Gi' }, limits: { memory: '4Gi' } };
    },
    [],
  ],
]);

const withMirror = structuredClone(running);
withMirror.metadata.annotations = { 'kubernetes.io/config.mirror': 'a' };
if (withMirror.spec) withMirror.spec.nodeName = 'n1';
const grow = (spec: PodSpec): void => {
  amounts(app(spec)).requests = { cpu: '2', memory: '1Gi' };
};
check(
  'resize',
  [['a static pod', grow, [': Forbidden: static pods cannot be resized']]],
  withMirror,
);

check('ephemeralcontainers', [
  [
    'another one',
    (spec) =>
      spec.ephemeralContainers?.push({ name: 'two', image: 'i:1', targetContainerName: 'app' }),
    [],
  ],
  [
    'none is removed',
    (spec) => (spec.ephemeralContainers = []),
    [
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be removed\n',
    ],
  ],
  [
    'none is changed',
    (spec) => (spec.ephemeralContainers = [{ name: 'debugger', image: 'i:2' }]),
    [
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be changed\ndebugger.image: "i:1" → "i:2"',
    ],
  ],
  [
    'nobody relies on it, and it looks at somebody',
    (spec) =>
      spec.ephemeralContainers?.push({
        name: 'two',
        image: 'i:1',
        targetContainerName: 'nobody',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
      }),
    [
      'spec.ephemeralContainers[1].targetContainerName: Not found: "nobody"',
      'spec.ephemeralContainers[1].ports: Forbidden: cannot be set for an Ephemeral Container',
    ],
  ],
]);

check(
  'ephemeralcontainers',
  [
    [
      'a static pod',
      (spec) => spec.ephemeralContainers?.push({ name: 'two', image: 'i:1' }),
      [': Forbidden: static pods do not support ephemeral containers'],
    ],
  ],
  withMirror,
);
