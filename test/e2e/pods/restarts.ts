/** What follows when containers end: policies, counts, back-off, last words. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { statusOf, type World, waitsFor } from './world.ts';

export const restartManifest = `
apiVersion: v1
kind: Pod
metadata: {name: ends-never}
spec:
  restartPolicy: Never
  containers:
  - {name: good, image: "busybox:1", command: [sh, -c, "exit 0"]}
  - {name: bad, image: "busybox:1", command: [sh, -c, "exit 3"]}
---
apiVersion: v1
kind: Pod
metadata: {name: ends-on-failure}
spec:
  restartPolicy: OnFailure
  volumes: [{name: memory, emptyDir: {}}]
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "test -e /memory/ran && echo second && exit 0; echo first; touch /memory/ran; exit 4"]
    volumeMounts: [{name: memory, mountPath: /memory}]
---
apiVersion: v1
kind: Pod
metadata: {name: crashes}
spec:
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "exit 5"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-program}
spec:
  restartPolicy: Never
  containers: [{name: main, image: "busybox:1", command: [/no/such/program]}]
---
apiVersion: v1
kind: Pod
metadata: {name: too-late}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: last-words}
spec:
  restartPolicy: Never
  containers:
  - {name: file, image: "busybox:1", command: [sh, -c, "echo -n from a file >/tmp/words; exit 1"], terminationMessagePath: /tmp/words}
  - {name: usual, image: "busybox:1", command: [sh, -c, "echo -n usual >/dev/termination-log"]}
  - {name: logs, image: "busybox:1", command: [sh, -c, "echo from the log; exit 1"], terminationMessagePolicy: FallbackToLogsOnError}
  - {name: both, image: "busybox:1", command: [sh, -c, "echo log; echo -n file >/dev/termination-log; exit 1"], terminationMessagePolicy: FallbackToLogsOnError}
  - {name: fine, image: "busybox:1", command: [echo, not an error], terminationMessagePolicy: FallbackToLogsOnError}
`;

export function restartTests(world: World): void {
  suite('restarts', { concurrency: true }, () => {
    test('Never: one failure fails the pod', async () => {
      const pod = await world.phase('ends-never', 'Failed');
      for (const [name, exitCode, reason] of [
        ['good', 0, 'Completed'],
        ['bad', 3, 'Error'],
      ] as const) {
        const { state, restartCount, lastState } = statusOf(pod, name);
        const { terminated } = state ?? {};
        assert.deepEqual(
          [terminated?.exitCode, terminated?.reason, restartCount, lastState],
          [exitCode, reason, 0, {}],
        );
      }
      assert.equal(await world.column('ends-never'), 'Error');
    });

    test('OnFailure: until it succeeds', async () => {
      assert.equal(await world.said('ends-on-failure'), 'second\n');
      const { restartCount, lastState } = statusOf(await world.now('ends-on-failure'));
      assert.deepEqual([restartCount, lastState?.terminated?.exitCode], [1, 4]);
      assert.equal(await world.logs('ends-on-failure', 'main', true), 'first\n');
      assert.equal(await world.column('ends-on-failure'), 'Completed');
    });

    test('Always: at once, then with back-off', async () => {
      const pod = await world.shows('crashes', (version) => {
        waitsFor(version, 'CrashLoopBackOff');
        return version;
      });
      const { restartCount, lastState, ready } = statusOf(pod);
      assert.deepEqual([restartCount, lastState?.terminated?.exitCode, ready], [1, 5, false]);
      assert.equal(
        waitsFor(pod, 'CrashLoopBackOff'),
        `back-off 10s restarting failed container=main pod=crashes_default(${pod.metadata.uid})`,
      );
      assert.equal(pod.status?.phase, 'Running');
      const words = `Back-off restarting failed container main in pod crashes_default\\(${pod.metadata.uid}\\)`;
      await world.event('crashes', 'BackOff', new RegExp(`^${words}$`));
      const next = await world.becomes('crashes', (version) => {
        assert.equal(statusOf(version).restartCount, 2);
        return waitsFor(version, 'CrashLoopBackOff');
      });
      assert.match(next, /^back-off 20s /);
    });

    test('a program that is not there is a StartError', async () => {
      const pod = await world.phase('no-program', 'Failed');
      const { exitCode, reason, message } = statusOf(pod).state?.terminated ?? {};
      assert.deepEqual([exitCode, reason], [128, 'StartError']);
      assert.match(message ?? '', /no such file or directory/i);
      await world.event('no-program', 'Failed', /^Error: .*no such file or directory/is);
    });

    test('none after the deadline of the pod, which may be set while it runs', async () => {
      await world.phase('too-late', 'Running');
      const patch = '{"spec": {"activeDeadlineSeconds": 1}}';
      await world.cluster.kubectl(['patch', 'pod', 'too-late', '-p', patch]);
      const { status } = await world.phase('too-late', 'Failed');
      assert.deepEqual(
        [status?.reason, status?.message],
        ['DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'],
      );
      await world.event('too-late', 'DeadlineExceeded', /^Pod was active on the node longer/);
      await world.shows('too-late', (pod) =>
        assert.equal(statusOf(pod).state?.terminated?.exitCode, 137),
      );
    });

    test('last words come from the file, or of a failure from the log', async () => {
      const pod = await world.phase('last-words', 'Failed');
      const words = ['file', 'usual', 'logs', 'both', 'fine'].map(
        (name) => statusOf(pod, name).state?.terminated?.message,
      );
      assert.deepEqual(words, ['from a file', 'usual', 'from the log\n', 'file', undefined]);
    });
  });
}
