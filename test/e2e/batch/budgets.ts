/** What a budget says of pods that are not healthy anyway (KEP-3017). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodDisruptionBudget } from '#api/types.ts';
import { eventually } from '../harness.ts';
import type { Client } from './client.ts';

const violated = "Cannot evict pod as it would violate the pod's disruption budget.";

function pod(name: string, isReady: boolean): string {
  return `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: guarded, pod: ${name}}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sleep, "3600"]
    readinessProbe: {exec: {command: [sh, -c, "${isReady ? 'exit 0' : 'exit 1'}"]}, periodSeconds: 1}
`;
}

const budget = `
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: guard}
spec: {minAvailable: 2, selector: {matchLabels: {app: guarded}}}
`;

export function budgetTests(client: Client): void {
  const { cluster } = client;
  /** Healthy pods that there are, and that there must be. */
  const knows = (healthy: number, wanted: number): Promise<void> =>
    eventually('the budget is worked out', async () => {
      const { metadata, status } = await client.read<PodDisruptionBudget>('pdb guard');
      assert.equal(status?.observedGeneration, metadata.generation);
      const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = status ?? {};
      assert.deepEqual(
        [currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed],
        [healthy, wanted, 2, 0],
      );
    });
  const running = async (): Promise<void> => {
    await client.kubectl('wait --for=condition=Ready pod/well --timeout=60s');
    const path = '--for=jsonpath={.status.phase}=Running';
    await client.kubectl(`wait ${path} pod/ill --timeout=60s`);
  };
  const patch = (spec: object): Promise<string> =>
    cluster.kubectl(['patch', 'pdb', 'guard', '-p', JSON.stringify({ spec })]);
  const isGone = (name: string): Promise<string> =>
    client.kubectl(`wait --for=delete pod/${name} --timeout=30s`);
  const drain = async (name: string): Promise<string> => {
    const node = (await client.kubectl('get nodes -o name')).trim();
    const said = await client.kubectl(
      `drain ${node} --pod-selector=pod=${name} --force --timeout=30s`,
    );
    await client.kubectl(`uncordon ${node}`);
    return said;
  };

  test('IfHealthyBudget: an unhealthy pod may go when enough others are healthy', async () => {
    await cluster.apply(pod('well', true) + pod('ill', false) + budget);
    await running();
    await knows(1, 2);
    await assert.rejects(client.evict('ill'), new RegExp(violated));
    await patch({ minAvailable: 1 });
    await knows(1, 1);
    await assert.rejects(client.evict('well'), new RegExp(violated));
    await client.evict('ill');
    await isGone('ill');
  });

  test('AlwaysAllow: an unhealthy pod may go whatever the budget says', async () => {
    await patch({ minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    await cluster.apply(pod('ill', false));
    await running();
    await knows(1, 2);
    await assert.rejects(client.evict('well'), new RegExp(violated));
    assert.match(await drain('ill'), /pod\/ill evicted/);
    await isGone('ill');
    await client.kubectl('delete pdb/guard pod/well');
  });
}
