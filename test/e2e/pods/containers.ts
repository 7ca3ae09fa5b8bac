/** Several containers of one pod, init containers, sidecars. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { statusOf, type World, waitsFor } from './world.ts';

export const containerManifest = `
apiVersion: v1
kind: Pod
metadata: {name: shared}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  volumes: [{name: pages, emptyDir: {}}]
  containers:
  - name: server
    image: busybox:1
    command: [busybox, httpd, -f, -p, "8080", -h, /www]
    volumeMounts: [{name: pages, mountPath: /www}]
  - name: writer
    image: busybox:1
    command: [sh, -c, "hostname >/data/page; until wget -qO- http://127.0.0.1:8080/page; do sleep 0.1; done"]
    volumeMounts: [{name: pages, mountPath: /data}]
---
apiVersion: v1
kind: Pod
metadata: {name: init-order}
spec:
  restartPolicy: Never
  volumes: [{name: notes, emptyDir: {}}]
  initContainers:
  - {name: first, image: "busybox:1", command: [sh, -c, "sleep 0.5; echo first >>/notes/list"], volumeMounts: &notes [{name: notes, mountPath: /notes}]}
  - {name: second, image: "busybox:1", command: [sh, -c, "echo second >>/notes/list"], volumeMounts: *notes}
  containers:
  - {name: main, image: "busybox:1", command: [cat, /notes/list], volumeMounts: *notes}
---
apiVersion: v1
kind: Pod
metadata: {name: init-fails}
spec:
  restartPolicy: Never
  initContainers:
  - {name: first, image: "busybox:1", command: [sh, -c, "exit 7"]}
  - {name: second, image: "busybox:1", command: [echo, never]}
  containers:
  - {name: main, image: "busybox:1", command: [echo, never]}
---
apiVersion: v1
kind: Pod
metadata: {name: init-crashes}
spec:
  initContainers:
  - {name: first, image: "busybox:1", command: [sh, -c, "exit 7"]}
  containers:
  - {name: main, image: "busybox:1", command: [echo, never]}
---
apiVersion: v1
kind: Pod
metadata: {name: sidecar}
spec:
  restartPolicy: Never
  volumes: [{name: www, emptyDir: {}}]
  initContainers:
  - name: helper
    image: busybox:1
    restartPolicy: Always
    command: [sh, -c, "trap 'echo told to end; exit 0' TERM; sleep 0.5; echo help >/www/page; busybox httpd -p 8080 -h /www; while :; do sleep 0.1; done"]
    startupProbe: {httpGet: {path: /page, port: 8080}, periodSeconds: 1, failureThreshold: 60}
    volumeMounts: [{name: www, mountPath: /www}]
  - {name: user, image: "busybox:1", command: [wget, -qO-, "http://127.0.0.1:8080/page"]}
  containers:
  - {name: main, image: "busybox:1", command: [wget, -qO-, "http://127.0.0.1:8080/page"]}
`;

export function containerTests(world: World): void {
  suite('containers', { concurrency: true }, () => {
    test('of a pod share its network, its name and its volumes', async () => {
      const pod = await world.shows('shared', (version) => {
        assert.equal(statusOf(version, 'writer').state?.terminated?.exitCode, 0);
        return version;
      });
      assert.equal(await world.logs('shared', 'writer'), 'shared\n');
      assert.equal(pod.status?.phase, 'Running');
      assert.ok(statusOf(pod, 'server').state?.running);
    });

    test('to initialize run one after the other, before the main one', async () => {
      assert.equal(await world.said('init-order'), 'first\nsecond\n');
      await world.shows('init-order', (pod) => {
        assert.ok(statusOf(pod, 'first').state?.running);
        assert.equal(waitsFor(pod, 'PodInitializing', 'second'), '');
        assert.equal(waitsFor(pod, 'PodInitializing'), '');
      });
      const pod = await world.now('init-order');
      for (const name of ['first', 'second', 'main']) {
        const { state, restartCount } = statusOf(pod, name);
        assert.deepEqual([state?.terminated?.reason, restartCount], ['Completed', 0], name);
      }
      const initialized = pod.status?.conditions?.find(({ type }) => type === 'Initialized');
      assert.equal(initialized?.status, 'True');
    });

    test('to initialize that fail end a pod that is not restarted', async () => {
      const pod = await world.phase('init-fails', 'Failed');
      const { exitCode, reason } = statusOf(pod, 'first').state?.terminated ?? {};
      assert.deepEqual([exitCode, reason], [7, 'Error']);
      waitsFor(pod, 'PodInitializing', 'second');
      waitsFor(pod, 'PodInitializing');
      assert.equal(await world.column('init-fails'), 'Init:Error');
    });

    test('to initialize that fail are restarted with back-off otherwise', async () => {
      const pod = await world.shows('init-crashes', (version) => {
        waitsFor(version, 'CrashLoopBackOff', 'first');
        return version;
      });
      const { restartCount, lastState } = statusOf(pod, 'first');
      assert.deepEqual([restartCount, lastState?.terminated?.exitCode], [1, 7]);
      assert.equal(pod.status?.phase, 'Pending');
      const initialized = pod.status?.conditions?.find(({ type }) => type === 'Initialized');
      assert.deepEqual(
        [initialized?.status, initialized?.reason, initialized?.message],
        ['False', 'ContainersNotInitialized', 'containers with incomplete status: [first]'],
      );
      assert.equal(await world.column('init-crashes'), 'Init:CrashLoopBackOff');
    });

    test('beside it (sidecars) have started before the next and end after the main one', async () => {
      assert.equal(await world.said('sidecar'), 'help\n');
      assert.equal(await world.logs('sidecar', 'user'), 'help\n');
      assert.equal(await world.logs('sidecar', 'helper'), 'told to end\n');
      const pod = await world.now('sidecar');
      const main = statusOf(pod).state?.terminated?.finishedAt ?? '';
      const helper = statusOf(pod, 'helper').state?.terminated?.finishedAt ?? '';
      assert.ok(main <= helper, `${main} ${helper}`);
    });
  });
}
