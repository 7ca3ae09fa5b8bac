import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, DeploymentSpec } from '../../types.ts';
import { deployments } from '../deployments.ts';
import { replicaSets } from '../replica-sets.ts';
import { verdictOnCreate, verdictOnUpdate } from '../testing/verdict.ts';

const sound: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'd' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
    },
  },
};

type Case = readonly [what: string, change: (spec: DeploymentSpec) => void, ...expected: string[]];

test('what a Deployment may not say', () => {
  const cases: readonly Case[] = [
    ['sound', () => undefined],
    [
      'labels that its selector does not find',
      (spec) => (spec.template.metadata = { labels: { app: 'x' } }),
      'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
    ],
    [
      'an empty selector',
      (spec) => (spec.selector = {}),
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'a template that does not restart',
      (spec) => {
        if (spec.template.spec) spec.template.spec.restartPolicy = 'Never';
      },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'fewer than none',
      (spec) => (spec.replicas = -1),
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'no step at all',
      (spec) => (spec.strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } }),
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'shares',
      (spec) => (spec.strategy = { rollingUpdate: { maxSurge: 'some', maxUnavailable: '101%' } }),
      'spec.strategy.rollingUpdate.maxSurge: Invalid value: "some": must be an integer or percentage (e.g \'5%\')',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [
      'steps without rolling',
      (spec) => (spec.strategy = { type: 'Recreate', rollingUpdate: {} }),
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'a deadline before readiness',
      (spec) => (spec.minReadySeconds = 600),
      'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
    ],
    [
      'an operator that is none',
      (spec) => (spec.selector.matchExpressions = [{ key: 'app', operator: 'Like' }]),
      'spec.selector.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator',
    ],
  ];
  for (const [what, change, ...expected] of cases) {
    const found = verdictOnCreate(deployments, sound, ({ spec }) => spec && change(spec));
    assert.deepEqual(found, expected, what);
  }
});

test('the selector stays', () => {
  const found = verdictOnUpdate(deployments, sound, ({ spec }) => {
    if (!spec) return;
    spec.selector = { matchLabels: { app: 'web', tier: 'a' } };
    spec.template.metadata = { labels: { app: 'web', tier: 'a' } };
  });
  assert.deepEqual(found, [
    'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"a"}}: field is immutable',
  ]);
});

test('scale', () => {
  const deployment = structuredClone(sound);
  deployments.defaults?.(deployment);
  assert.equal(deployment.spec?.replicas, 1);
  deployments.scale?.write(deployment, 3);
  assert.deepEqual(deployments.scale?.read(deployment), {
    specReplicas: 3,
    statusReplicas: 0,
    selector: 'app=web',
  });
});

test('a ReplicaSet without a template', () => {
  const found = verdictOnCreate(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'd' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  });
  assert.deepEqual(found, ['spec.template: Required value']);
});

test('a template keeps what its author wrote', () => {
  const deployment = structuredClone(sound);
  const container = deployment.spec?.template.spec?.containers[0];
  if (container) container.resources = { limits: { cpu: '1' } };
  deployments.defaults?.(deployment);
  assert.deepEqual(container?.resources, { limits: { cpu: '1' } });
  assert.equal(deployment.spec?.template.spec?.enableServiceLinks, undefined);
});
