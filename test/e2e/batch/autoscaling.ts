/** HorizontalPodAutoscalers by what containers truly use. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseDuration } from '#api/duration.ts';
import type { Pod, PodMetrics } from '#api/types.ts';
import { eventually } from '../harness.ts';
import type { Client } from './client.ts';

const busy = 'while :; do :; done';
const idle = 'exec sleep 3600';

interface Container {
  readonly script: string;
  readonly request: string;
}

function deployment(
  name: string,
  replicas: number,
  containers: Readonly<Record<string, Container>>,
): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
${Object.entries(containers)
  .map(
    ([container, { script, request }]) => `
      - name: ${container}
        image: busybox:1
        command: [sh, -c, ${JSON.stringify(script)}]
        resources: {requests: {cpu: ${request}}, limits: {cpu: 100m}}`,
  )
  .join('')}
`;
}

function autoscaler(name: string, metric: string, behavior = '{}'): string {
  return `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: ${name}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}
  minReplicas: 1
  maxReplicas: 3
  behavior: ${behavior}
  metrics: [${metric}]
`;
}

/**
 * An autoscaler believes figures whose whole window lies behind the pod's start. Once there are such,
 * its first look is enough; the next one would come a quarter of a minute later.
 */
async function isMeasured(client: Client, app: string): Promise<void> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3D${app}`;
  const { items: metrics } = JSON.parse(await client.kubectl(`get --raw ${path}`)) as {
    items: PodMetrics[];
  };
  const { items: pods } = await client.read<{ items: Pod[] }>(`pods -l app=${app}`);
  for (const { metadata, status } of pods) {
    const figure = metrics.find((each) => each.metadata.name === metadata.name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    const start = Date.parse(figure?.timestamp ?? '') - (parseDuration(figure?.window ?? '') ?? 0);
    assert.ok(start >= Date.parse(ready ?? ''), `${metadata.name}: ${JSON.stringify(figure)}`);
  }
}

export function autoscalingTests(client: Client): void {
  const { cluster } = client;

  const begins = async (manifest: string, name: string): Promise<void> => {
    await cluster.apply(manifest);
    await client.kubectl(`rollout status deployment/${name} --timeout=60s`);
    await eventually(`the pods of ${name} are measured`, () => isMeasured(client, name));
  };
  const comesTo = (name: string, replicas: number): Promise<void> =>
    eventually(`${name} has ${replicas} replicas`, async () => {
      const path = `get deployment ${name} -o jsonpath={.spec.replicas}`;
      assert.equal(await client.kubectl(path), `${replicas}`);
    });

  suite('autoscaling', { concurrency: true }, () => {
    test('what is busy is scaled up', async () => {
      await begins(deployment('busy', 1, { main: { script: busy, request: '20m' } }), 'busy');
      await client.kubectl('autoscale deployment busy --min=1 --max=2 --cpu-percent=50');
      await comesTo('busy', 2);
      const columns = /busy +Deployment\/busy +cpu: \d+%\/50% +1 +2/;
      assert.match(await client.kubectl('get hpa busy'), columns);
      assert.match(await client.kubectl('describe hpa busy'), /SuccessfulRescale .*New size: 2/);
      await client.kubectl('delete deployment,hpa busy');
    });

    test('what idles is scaled down, without a window at once', async () => {
      const metric =
        '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}';
      const behavior =
        '{scaleDown: {stabilizationWindowSeconds: 0, policies: [{type: Pods, value: 1, periodSeconds: 1}]}}';
      const idler = deployment('idle', 3, { main: { script: idle, request: '50m' } });
      await begins(idler, 'idle');
      await cluster.apply(autoscaler('idle', metric, behavior));
      // The policy lets one go at a time.
      await comesTo('idle', 2);
      const said = await client.kubectl('describe hpa idle');
      assert.match(said, /SuccessfulRescale .*New size: 2; reason: All metrics below target/);
      assert.match(said, /ScalingLimited +True +ScaleDownLimit/);
      await eventually('a pod went', async () => {
        const pods = await client.kubectl('get pods -l app=idle -o name');
        assert.equal(pods.trim().split('\n').length, 2, pods);
      });
      await client.kubectl('delete deployment,hpa idle');
    });

    test('a ContainerResource metric looks at that container alone', async () => {
      // Both together use less than what they ask for.
      const both = {
        main: { script: busy, request: '20m' },
        side: { script: idle, request: '100m' },
      };
      const metric =
        '{type: ContainerResource, containerResource: {name: cpu, container: main, target: {type: Utilization, averageUtilization: 100}}}';
      await begins(deployment('parts', 1, both), 'parts');
      await cluster.apply(autoscaler('parts', metric));
      await comesTo('parts', 3);
      const columns = /parts +Deployment\/parts +cpu: \d{3}%\/100% +1 +3/;
      assert.match(await client.kubectl('get hpa parts'), columns);
      assert.match(
        await client.kubectl('describe hpa parts'),
        /SuccessfulRescale .*New size: 3; reason: cpu resource utilization \(percentage of request\) above target/,
      );
      await client.kubectl('delete deployment,hpa parts');
    });
  });
}
