import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allKinds, deployments, horizontalPodAutoscalers, pods } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import { formatTime } from '#api/time.ts';
import type {
  Deployment,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  Pod,
  PodMetrics,
} from '#api/types.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { decideAutoscaler } from './autoscaler.ts';
import type { Gathered } from './metrics.ts';
import { type History, paced } from './pace.ts';

const start = Date.UTC(2026, 0, 1);
const kinds = lookupOf(allKinds);
const labels = { app: 'web' };
const key = 'default/web';

function worldWith(replicas: number, spec: object = {}) {
  const model = new ModelWorld(
    [horizontalPodAutoscalers, deployments, pods].map((kind) => ({ kind: kind as Kind })),
  );
  const metadata = { name: 'web', namespace: 'default', uid: 'u' };
  const autoscaler: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 10,
      ...spec,
    },
  };
  horizontalPodAutoscalers.defaults?.(autoscaler);
  model.put(horizontalPodAutoscalers, autoscaler);
  const template = { spec: { containers: [] } };
  model.put(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector: { matchLabels: labels }, template },
  });
  const world = {
    model,
    now: start,
    history: { recommended: [], scaled: [] } as History,
    usage: new Map<string, string>(),
    addPod(name: string, cpu: string | undefined, more: Partial<Pod['status']> = {}) {
      const since = formatTime(start - 3_600_000);
      model.put(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', labels },
        spec: { containers: [{ name: 'app', resources: { requests: { cpu: '100m' } } }] },
        status: {
          phase: 'Running',
          startTime: since,
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
          ...more,
        },
      });
      if (cpu !== undefined) world.usage.set(name, cpu);
    },
    gathered(): readonly PodMetrics[] {
      return [...world.usage].map(([name, cpu]) => ({
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name, namespace: 'default' },
        timestamp: formatTime(world.now),
        window: '15s',
        containers: [{ name: 'app', usage: { cpu, memory: '1Mi' } }],
      }));
    },
    /** The size that it asks for; what it has when it asks for none. */
    step(gathered: Gathered = world.gathered()): number {
      const { model: view, history, now } = world;
      const { decision, history: next } = decideAutoscaler(
        kinds,
        view,
        key,
        now,
        gathered,
        history,
      );
      assert.ok(next);
      world.history = next;
      let size = world.replicas();
      for (const action of decision.actions) {
        if (action.type !== 'patch') model.apply(action);
        else size = (action.patch as { spec: { replicas: number } }).spec.replicas;
      }
      const found = model.get(deployments, 'default', 'web') as Deployment;
      model.put(deployments, { ...found, spec: { ...found.spec, replicas: size } });
      return size;
    },
    replicas: () => (model.get(deployments, 'default', 'web') as Deployment).spec.replicas ?? 0,
    words: () => {
      const found = model.get(horizontalPodAutoscalers, 'default', 'web');
      const conditions = (found as HorizontalPodAutoscaler).status?.conditions ?? [];
      return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
    },
  };
  return world;
}

test('as many as bring the use to its target', () => {
  const world = worldWith(2);
  world.addPod('a', '160m');
  world.addPod('b', '120m');
  // 140 % of the requests, where 80 % are wanted.
  assert.equal(world.step(), 4);
  assert.deepEqual(world.words(), [
    'AbleToScale=True SucceededRescale',
    'ScalingActive=True ValidMetricFound',
    'ScalingLimited=False DesiredWithinRange',
  ]);
  assert.deepEqual(world.model.events, [
    'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
  ]);
  const found = world.model.get(horizontalPodAutoscalers, 'default', 'web');
  assert.deepEqual((found as HorizontalPodAutoscaler).status?.currentMetrics, [
    {
      type: 'Resource',
      resource: { name: 'cpu', current: { averageValue: '140m', averageUtilization: 140 } },
    },
  ]);
});

test('near enough is left alone, down waits for its window', () => {
  const world = worldWith(2);
  world.addPod('a', '84m');
  world.addPod('b', '84m');
  assert.equal(world.step(), 2);
  for (const name of ['a', 'b']) world.usage.set(name, '10m');
  world.now += 15_000;
  assert.equal(world.step(), 2);
  assert.ok(world.words().includes('AbleToScale=True ScaleDownStabilized'));
  world.now += 301_000;
  assert.equal(world.step(), 1);
});

test('bounds, and a target that is switched off', () => {
  const beyond = worldWith(20);
  assert.equal(beyond.step(), 10);
  assert.match(beyond.model.events[0] ?? '', /Current number of replicas above Spec.MaxReplicas/);
  assert.equal(worldWith(1, { minReplicas: 3 }).step(), 3);
  const off = worldWith(0);
  assert.equal(off.step(), 0);
  assert.ok(off.words().includes('ScalingActive=False ScalingDisabled'));
  const fast = worldWith(1);
  fast.addPod('a', '900m');
  assert.equal(fast.step(), 4);
  assert.ok(fast.words().includes('ScalingLimited=True ScaleUpLimit'));
});

test('pods without figures and pods that start only slow it down', () => {
  const missing = worldWith(3);
  for (const name of ['a', 'b']) missing.addPod(name, '10m');
  missing.addPod('c', undefined);
  // The third is taken to use all of its request.
  missing.history = { recommended: [{ at: start - 3_000_000, replicas: 3 }], scaled: [] };
  assert.equal(missing.step(), 2);
  const starting = worldWith(2);
  starting.addPod('a', '160m');
  const now = formatTime(start);
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: now }];
  starting.addPod('b', '900m', { startTime: now, conditions });
  assert.equal(starting.step(), 2);
});

test('what cannot be measured', () => {
  const world = worldWith(1);
  world.addPod('a', undefined);
  assert.equal(world.step('unable to fetch metrics from resource metrics API: down'), 1);
  assert.ok(world.words().includes('ScalingActive=False FailedGetResourceMetric'));
  assert.match(
    world.model.events.join('\n'),
    /FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch/,
  );
  const metric = { name: 'hits' };
  const target = { type: 'AverageValue', averageValue: '1' };
  const custom = worldWith(1, { metrics: [{ type: 'Pods', pods: { metric, target } }] });
  custom.addPod('a', '1m');
  custom.step();
  assert.match(
    custom.model.events[0] ?? '',
    /no custom metrics API \(custom.metrics.k8s.io\) registered/,
  );
  const lost = worldWith(1, {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' },
  });
  lost.step();
  assert.deepEqual(lost.words(), ['AbleToScale=False FailedGetScale']);
});

test('containers by themselves, and plain amounts', () => {
  const target = { type: 'AverageValue', averageValue: '50m' };
  const containerResource = { name: 'cpu', container: 'app', target };
  const world = worldWith(1, { metrics: [{ type: 'ContainerResource', containerResource }] });
  world.addPod('a', '150m');
  assert.equal(world.step(), 3);
});

const spec = (behavior: HorizontalPodAutoscalerSpec['behavior']): HorizontalPodAutoscalerSpec => ({
  scaleTargetRef: { kind: 'Deployment', name: 'x' },
  minReplicas: 1,
  maxReplicas: 100,
  behavior,
});

test('policies', () => {
  const scaleUp = { policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] };
  const scaleDown = { ...scaleUp, stabilizationWindowSeconds: 0 };
  const none: History = { recommended: [], scaled: [] };
  const size = (desired: number, history: History, behavior = { scaleUp, scaleDown } as never) =>
    paced(spec(behavior), history, 10, desired, start).replicas;
  assert.equal(size(50, none), 12);
  assert.equal(size(50, { ...none, scaled: [{ at: start - 30_000, replicas: 2 }] }), 10);
  assert.equal(size(50, { ...none, scaled: [{ at: start - 61_000, replicas: 2 }] }), 12);
  assert.equal(size(1, none), 8);
  const disabled = { scaleDown: { ...scaleDown, selectPolicy: 'Disabled' } };
  assert.equal(size(1, none, disabled as never), 10);
});

test('never beyond its bounds, and never against the recommendation', () => {
  const moment = fc.record({
    at: fc.integer({ min: start - 600_000, max: start }),
    replicas: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(
      fc.array(moment, { maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 40 }),
      (recommended, current, desired) => {
        const bounds = { ...spec(undefined), minReplicas: 1, maxReplicas: 20 };
        const { replicas } = paced(bounds, { recommended, scaled: [] }, current, desired, start);
        assert.ok(replicas >= 1 && replicas <= Math.max(20, current));
        if (desired >= current) assert.ok(replicas >= current || replicas === 20);
      },
    ),
  );
});
