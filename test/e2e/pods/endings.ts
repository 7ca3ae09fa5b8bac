/** Hooks, and how a pod that is deleted ends. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { statusOf, type World } from './world.ts';

export const endingManifest = `
apiVersion: v1
kind: Pod
metadata: {name: hooks}
spec:
  terminationGracePeriodSeconds: 30
  volumes: [{name: notes, hostPath: {path: "@folder@", type: Directory}}]
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "trap 'echo term >>/notes/hooks; exit 9' TERM; while :; do sleep 0.1; done"]
    lifecycle:
      postStart: {exec: {command: [sh, -c, "echo post-start >>/notes/hooks"]}}
      preStop: {exec: {command: [sh, -c, "echo pre-stop begins >>/notes/hooks; sleep 0.5; echo pre-stop ends >>/notes/hooks"]}}
    volumeMounts: [{name: notes, mountPath: /notes}]
---
apiVersion: v1
kind: Pod
metadata: {name: hangs}
spec:
  terminationGracePeriodSeconds: 1
  volumes: [{name: notes, hostPath: {path: "@folder@", type: Directory}}]
  containers:
  - name: deaf
    image: busybox:1
    command: [sh, -c, "trap 'echo ignored >>/notes/deaf' TERM; while :; do sleep 0.1; done"]
    volumeMounts: [{name: notes, mountPath: /notes}]
  - name: polite
    image: busybox:1
    command: [sh, -c, "trap 'exit 3' TERM; while :; do sleep 0.1; done"]
    lifecycle: {preStop: {exec: {command: [sleep, "3600"]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: post-start-fails}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sleep, "3600"]
    lifecycle: {postStart: {exec: {command: [sh, -c, "echo broken; exit 8"]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: forced}
spec:
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "trap '' TERM; while :; do sleep 0.1; done"]}]
`;

export function endingTests(world: World): void {
  suite('endings', { concurrency: true }, () => {
    const remove = (...args: string[]) =>
      world.cluster.kubectl(['delete', 'pod', '--timeout=60s', ...args]);
    const notes = (name: string): string => readFileSync(join(world.folder, name), 'utf8');
    const running = (name: string) =>
      world.shows(name, (pod) => {
        for (const { state } of pod.status?.containerStatuses ?? []) assert.ok(state?.running);
        assert.equal(pod.status?.phase, 'Running');
      });

    test('postStart comes first, preStop is over before SIGTERM', async () => {
      await world.shows('hooks', (pod) => assert.ok(statusOf(pod).ready));
      await remove('hooks');
      assert.deepEqual(notes('hooks').trim().split('\n'), [
        'post-start',
        'pre-stop begins',
        'pre-stop ends',
        'term',
      ]);
      await world.event('hooks', 'Killing', /^Stopping container main$/);
      await world.shows('hooks', (pod) =>
        assert.equal(statusOf(pod).state?.terminated?.exitCode, 9),
      );
    });

    test('SIGKILL follows when the grace is over, however long preStop takes', async () => {
      await running('hangs');
      await remove('hangs');
      assert.equal(notes('deaf'), 'ignored\n');
      await world.shows('hangs', (pod) => {
        assert.equal(statusOf(pod, 'deaf').state?.terminated?.exitCode, 137);
        assert.equal(statusOf(pod, 'polite').state?.terminated?.exitCode, 3);
      });
    });

    test('a postStart that fails ends its container', async () => {
      await world.event('post-start-fails', 'FailedPostStartHook', /^PostStartHook failed/);
      const pod = await world.phase('post-start-fails', 'Failed');
      assert.equal(statusOf(pod).state?.terminated?.exitCode, 137);
    });

    test('grace 0 by force waits for nothing', async () => {
      await running('forced');
      await remove('forced', '--grace-period=0', '--force');
      const { status } = await world.api.ask('GET', '/api/v1/namespaces/default/pods/forced');
      assert.equal(status, 404);
    });
  });
}
