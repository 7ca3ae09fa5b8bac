/** What stays of a pod that is gone: its logs, for whoever asks through the control socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptLogPart, KeptPodInfo } from '#cli/control.ts';
import { eventually, must } from '../harness.ts';
import type { World } from './world.ts';

export const keptManifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: talker}
spec:
  replicas: 1
  selector: {matchLabels: {app: talker}}
  template:
    metadata: {labels: {app: talker}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "busybox:1", command: [sh, -c, "echo last words; sleep 3600"]}]
`;

export function keptTests(world: World): void {
  test('logs of the last pods of a workload can be read when they are gone', async () => {
    const ask = async <T>(path: string): Promise<T> => {
      const socket = `/run/gantry/${world.cluster.name}/control.sock`;
      return JSON.parse(
        await must('curl', ['-sS', '--unix-socket', socket, `http://localhost${path}`]),
      ) as T;
    };
    await world.cluster.kubectl(['rollout', 'status', 'deployment/talker', '--timeout=60s']);
    await world.cluster.kubectl(['delete', 'deployment', 'talker']);
    const [kept] = await eventually('the log is kept', async () => {
      const found = await ask<KeptPodInfo[]>('/kept-logs?kind=Deployment&name=talker');
      assert.equal(found.length, 1);
      return found;
    });
    assert.ok(kept);
    assert.deepEqual(kept.workload, { namespace: 'default', kind: 'Deployment', name: 'talker' });
    assert.equal(kept.containers[0]?.name, 'main');
    const parts = await ask<KeptLogPart[]>(`/kept-logs/lines?uid=${kept.uid}&container=main`);
    assert.equal(parts.map(({ text }) => text).join(''), 'last words\n');
    const { message } = await ask<{ message: string }>(
      `/kept-logs/lines?uid=${kept.uid}&container=other`,
    );
    assert.match(message, /No log of container "other"/);
  });
}
