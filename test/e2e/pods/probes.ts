/** Startup, liveness and readiness, each by command, HTTP and TCP. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { eventually } from '../harness.ts';
import { statusOf, type World } from './world.ts';

const endless = 'while :; do sleep 1; done';

export const probeManifest = `
apiVersion: v1
kind: Pod
metadata: {name: slow-start}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "${endless}"]
    startupProbe: {exec: {command: [test, -e, /tmp/started]}, periodSeconds: 1, failureThreshold: 120}
    livenessProbe: {exec: {command: [test, -e, /tmp/started]}, periodSeconds: 1, failureThreshold: 1}
    readinessProbe: {exec: {command: [test, -e, /tmp/started]}, periodSeconds: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: never-starts}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "${endless}"]
    startupProbe: {tcpSocket: {port: 9}, periodSeconds: 1, failureThreshold: 2}
---
apiVersion: v1
kind: Pod
metadata: {name: unhealthy}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: http
    image: busybox:1
    command: [sh, -c, "test -e /tmp/once || touch /tmp/health; exec busybox httpd -f -p 8080 -h /tmp"]
    ports: [{name: web, containerPort: 8080}]
    livenessProbe: {httpGet: {path: /health, port: web}, periodSeconds: 1, failureThreshold: 2}
  - name: exec
    image: busybox:1
    command: [sh, -c, "touch /tmp/health; ${endless}"]
    livenessProbe: {exec: {command: [cat, /tmp/health]}, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1}
  - name: tcp
    image: busybox:1
    command: [busybox, httpd, -f, -p, "8082", -h, /tmp]
    livenessProbe: {tcpSocket: {port: 8082}, periodSeconds: 1, failureThreshold: 1, initialDelaySeconds: 1}
  - name: slow
    image: busybox:1
    command: [sh, -c, "${endless}"]
    livenessProbe: {exec: {command: [sleep, "60"]}, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: unasked}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: live
    image: busybox:1
    command: [sh, -c, "${endless}"]
    livenessProbe: {exec: {command: [/nothing]}, periodSeconds: 1, failureThreshold: 1}
  - name: ready
    image: busybox:1
    command: [sh, -c, "${endless}"]
    readinessProbe: {exec: {command: [/nothing]}, periodSeconds: 1, failureThreshold: 1}
  - name: start
    image: busybox:1
    command: [sh, -c, "${endless}"]
    startupProbe: {exec: {command: [/nothing]}, periodSeconds: 1, failureThreshold: 1}
---
apiVersion: v1
kind: Service
metadata: {name: readiness}
spec: {selector: {app: readiness}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: readiness, labels: {app: readiness}}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{name: ready, emptyDir: {}}]
  containers:
  - name: main
    image: busybox:1
    command: [busybox, httpd, -f, -p, "8080", -h, /ready]
    readinessProbe: {httpGet: {path: /http, port: 8080}, periodSeconds: 1, failureThreshold: 1}
    volumeMounts: [{name: ready, mountPath: /ready}]
  - name: exec
    image: busybox:1
    command: [sh, -c, "${endless}"]
    readinessProbe: {exec: {command: [test, -e, /ready/exec]}, periodSeconds: 1, failureThreshold: 1}
    volumeMounts: [{name: ready, mountPath: /ready}]
  - name: tcp
    image: busybox:1
    command: [sh, -c, "until test -e /ready/tcp; do sleep 0.1; done; exec busybox httpd -f -p 8082 -h /ready"]
    readinessProbe: {tcpSocket: {port: 8082}, periodSeconds: 1}
    volumeMounts: [{name: ready, mountPath: /ready}]
`;

/** Three times at least. */
async function toldOften(world: World, name: string, words: RegExp): Promise<void> {
  await eventually(`${name} is told of several times: ${words.source}`, async () => {
    const { items } = await world.api.read<{ items: { count: number; message: string }[] }>(
      `/api/v1/namespaces/default/events?fieldSelector=reason=Unhealthy,involvedObject.name=${name}`,
    );
    // Each run of a command has an id, which may be among the words: then each is an event of its own.
    const told = items.filter(({ message }) => words.test(message));
    const times = told.reduce((sum, { count }) => sum + count, 0);
    assert.ok(times >= 3, items.map(({ message }) => message).join('\n'));
  });
}

export function probeTests(world: World): void {
  suite('probes', { concurrency: true }, () => {
    test('startup holds the other probes back until it passes', async () => {
      await world.event('slow-start', 'Unhealthy', /^Startup probe failed:/);
      // The liveness probe would have ended it at its first failure.
      await toldOften(world, 'slow-start', /^Startup probe failed:/);
      const waiting = statusOf(await world.now('slow-start'));
      assert.deepEqual([waiting.started, waiting.ready, waiting.restartCount], [false, false, 0]);
      await world.exec('slow-start', 'touch /tmp/started');
      await world.becomes('slow-start', (pod) => {
        const { started, ready } = statusOf(pod);
        assert.deepEqual([started, ready], [true, true]);
      });
      assert.deepEqual(
        world.messages('slow-start', 'Unhealthy').filter((words) => !words.startsWith('Startup')),
        [],
      );
      await world.exec('slow-start', 'rm /tmp/started');
      await world.event('slow-start', 'Unhealthy', /^Liveness probe failed:/);
      await world.becomes('slow-start', (pod) => assert.equal(statusOf(pod).restartCount, 1));
    });

    test('startup that never passes restarts the container', async () => {
      await world.shows('never-starts', (pod) => {
        const { restartCount, lastState } = statusOf(pod);
        assert.deepEqual([restartCount, lastState?.terminated?.exitCode], [1, 137]);
      });
      await world.event(
        'never-starts',
        'Unhealthy',
        /^Startup probe failed: dial tcp .*:9: connect: connection refused$/,
      );
      await world.event(
        'never-starts',
        'Killing',
        /^Container main failed startup probe, will be restarted$/,
      );
    });

    for (const { name, breakIt, words } of [
      {
        name: 'http',
        breakIt: 'touch /tmp/once; rm /tmp/health',
        words: /^Liveness probe failed: HTTP probe failed with statuscode: 404$/,
      },
      {
        name: 'exec',
        breakIt: 'rm /tmp/health',
        words: /^Liveness probe failed: cat: .*\/tmp\/health.*No such file or directory/,
      },
    ]) {
      test(`liveness by ${name}: what fails is restarted`, async () => {
        await world.shows('unhealthy', (pod) => assert.ok(statusOf(pod, name).state?.running));
        assert.equal(statusOf(await world.now('unhealthy'), name).restartCount, 0);
        await world.exec('unhealthy', breakIt, name);
        await world.event('unhealthy', 'Unhealthy', words);
        const killing = `^Container ${name} failed liveness probe, will be restarted$`;
        await world.event('unhealthy', 'Killing', new RegExp(killing));
        await world.becomes('unhealthy', (pod) => {
          const { restartCount, state, lastState } = statusOf(pod, name);
          assert.ok(restartCount >= 1 && state?.running);
          assert.equal(lastState?.terminated?.exitCode, 137);
        });
      });
    }

    test('liveness by TCP keeps what answers', async () => {
      await world.shows('unhealthy', (pod) => {
        // Others have been restarted by their probes meanwhile: so have the rounds of this one gone by.
        assert.ok(statusOf(pod, 'slow').restartCount >= 1);
        assert.equal(statusOf(pod, 'tcp').restartCount, 0);
      });
    });

    test('a command that cannot be run says nothing of its container', async () => {
      for (const type of ['Liveness', 'Readiness', 'Startup']) {
        const words = ' probe errored and resulted in unknown state: .* exec failed: .*/nothing';
        await toldOften(world, 'unasked', new RegExp(`^${type}${words}`));
      }
      const pod = await world.now('unasked');
      const seen = ['live', 'ready', 'start'].map((name) => {
        const { started, ready, restartCount } = statusOf(pod, name);
        return [name, started, ready, restartCount];
      });
      assert.deepEqual(seen, [
        ['live', true, true, 0],
        ['ready', true, false, 0],
        ['start', false, false, 0],
      ]);
    });

    test('a command that takes too long has failed', async () => {
      await world.event(
        'unhealthy',
        'Unhealthy',
        /^Liveness probe failed: command timed out: "sleep 60" timed out after 1s$/,
      );
      await world.shows('unhealthy', (pod) => assert.ok(statusOf(pod, 'slow').restartCount >= 1));
    });

    test('readiness by command, HTTP and TCP decides on endpoints, never on restarts', async () => {
      const ready = (...names: string[]) =>
        world.becomes('readiness', (pod) => {
          const seen = ['main', 'exec', 'tcp'].filter((name) => statusOf(pod, name).ready);
          assert.deepEqual(seen, names);
          return pod;
        });
      const endpoint = (expected: boolean) =>
        eventually(`the endpoint is ${expected ? '' : 'not '}ready`, async () => {
          const list = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
          const query = 'labelSelector=kubernetes.io/service-name=readiness';
          const { items } = await world.api.read<{
            items: { endpoints: { conditions: { ready: boolean } }[] }[];
          }>(`${list}?${query}`);
          const states = items.flatMap(({ endpoints }) =>
            endpoints.map(({ conditions }) => conditions.ready),
          );
          assert.deepEqual(states, [expected]);
        });
      await world.event('readiness', 'Unhealthy', /^Readiness probe failed:/);
      await ready();
      await endpoint(false);
      await world.exec('readiness', 'touch /ready/http');
      await ready('main');
      await world.exec('readiness', 'touch /ready/exec');
      await ready('main', 'exec');
      await endpoint(false);
      await world.exec('readiness', 'touch /ready/tcp');
      const whole = await ready('main', 'exec', 'tcp');
      const isReady = whole.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.equal(isReady?.status, 'True');
      await endpoint(true);
      await world.exec('readiness', 'rm /ready/http');
      const pod = await ready('exec', 'tcp');
      const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
      assert.deepEqual(
        [condition?.status, condition?.reason, condition?.message],
        ['False', 'ContainersNotReady', 'containers with unready status: [main]'],
      );
      await endpoint(false);
      for (const name of ['main', 'exec', 'tcp']) {
        assert.equal(statusOf(pod, name).restartCount, 0, name);
      }
    });
  });
}
