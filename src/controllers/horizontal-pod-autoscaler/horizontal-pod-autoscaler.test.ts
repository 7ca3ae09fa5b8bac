import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  autoscalingV1HorizontalPodAutoscalers,
  deployments,
  events,
  horizontalPodAutoscalers,
  podMetrics,
  pods,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import { deploymentNamed, startControlPlane } from '../testing/control-plane.ts';

test('an autoscaler written as v1 scales a deployment, and reads as v2', async () => {
  const plane = await startControlPlane();
  const containers = [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '100m' } } }];
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
  await plane.create(deployments, deploymentNamed('web', 1, 'web:1', { template }));
  await plane.run();
  const { core, time } = plane.cluster;
  let asked = 0;
  core.addReader(podMetrics as Kind, {
    list: async () => {
      asked++;
      const found = await plane.list(pods, 'default');
      return found.map(
        ({ metadata }): KubeObject =>
          ({
            apiVersion: 'metrics.k8s.io/v1beta1',
            kind: 'PodMetrics',
            metadata: { name: metadata.name, namespace: 'default', labels: metadata.labels },
            timestamp: formatTime(time.now()),
            window: '1s',
            containers: [{ name: 'web', usage: { cpu: '150m', memory: '1Mi' } }],
          }) as KubeObject,
      );
    },
  });
  await plane.run(60_000);
  assert.equal(asked, 0);
  for (const { metadata } of await plane.list(pods, 'default')) {
    await plane.patch(pods as Kind, metadata.name, startedLongAgo, 'status');
  }
  await plane.create(autoscalingV1HorizontalPodAutoscalers, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      targetCPUUtilizationPercentage: 80,
    },
  });
  await plane.run(20_000);
  assert.equal((await plane.get(deployments, 'web')).spec.replicas, 2);
  const { spec, status } = await plane.get(horizontalPodAutoscalers, 'web');
  assert.equal(spec.metrics?.[0]?.resource?.target.averageUtilization, 80);
  assert.equal(status?.currentMetrics?.[0]?.resource?.current.averageUtilization, 150);
  const old = await plane.get(autoscalingV1HorizontalPodAutoscalers, 'web');
  assert.equal(old.status?.currentCPUUtilizationPercentage, 150);
  await plane.patch(autoscalingV1HorizontalPodAutoscalers as Kind, 'web', {
    spec: { maxReplicas: 2 },
  });
  const changed = await plane.get(horizontalPodAutoscalers, 'web');
  assert.equal(changed.spec.maxReplicas, 2);
  assert.deepEqual(changed.status?.conditions?.map(({ type }) => type).slice(0, 2), [
    'AbleToScale',
    'ScalingActive',
  ]);
  const told = (await plane.list(events, 'default')).map(({ reason }) => reason);
  assert.ok(told.includes('SuccessfulRescale'));
  for (const stats of plane.runtime.stats()) {
    assert.deepEqual([stats.faults, stats.fullPassFindings], [0, 0], stats.name);
  }
  await plane.stop();
});

/** Else its processor would be taken to work on its start. */
const startedLongAgo = { status: { startTime: '2020-01-01T00:00:00Z' } };
