/** `kubectl debug`: another container in a pod that runs, a copy of a pod, a look at the node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { eventually, must } from '../harness.ts';
import { statusOf, type World } from './world.ts';

export const debugManifest = `
apiVersion: v1
kind: Pod
metadata: {name: patient}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "sleep 98765"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: stuck-init}
spec:
  terminationGracePeriodSeconds: 0
  initContainers: [{name: first, image: "busybox:1", command: [sleep, "3600"]}]
  containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]}]
`;

export function debugTests(world: World): void {
  suite('debug', { concurrency: true }, () => {
    const kubectl = (...args: string[]) => world.cluster.kubectl(args);
    const up = (name: string, container = 'main') =>
      world.shows(name, (pod) => assert.ok(statusOf(pod, container).state?.running));

    test('a container that is added sees the processes of the one it looks at', async () => {
      await up('patient');
      await kubectl(
        ...['debug', 'patient', '--image=busybox:1', '--target=main', '-c', 'doctor'],
        ...['--image-pull-policy=IfNotPresent', '--', 'sleep', '3600'],
      );
      await up('patient', 'doctor');
      const seen = await kubectl('exec', 'patient', '-c', 'doctor', '--', 'busybox', 'ps');
      assert.match(seen, /sleep 98765/);
      const { ephemeralContainerStatuses } = (await world.now('patient')).status ?? {};
      assert.ok(ephemeralContainerStatuses?.some(({ name }) => name === 'doctor'));
    });

    test('a terminal in it, as people use it', async () => {
      await up('patient');
      const said = await must(
        'script',
        [
          '-qec',
          'kubectl debug -it patient --image=busybox:1 --target=main -c talk -- sh -c "read x; echo heard $x"',
          '/dev/null',
        ],
        { env: world.cluster.env, input: 'you\n' },
      );
      assert.match(said, /heard/);
      await world.shows('patient', (pod) =>
        assert.equal(statusOf(pod, 'talk').state?.terminated?.exitCode, 0),
      );
      assert.match(await world.logs('patient', 'talk'), /heard/);
    });

    test('a pod whose init container hangs can be looked into', async () => {
      await up('stuck-init', 'first');
      await kubectl('debug', 'stuck-init', '--image=busybox:1', '-c', 'doctor', '--', 'echo', 'hi');
      await world.shows('stuck-init', (pod) =>
        assert.equal(statusOf(pod, 'doctor').state?.terminated?.reason, 'Completed'),
      );
      assert.equal(await world.logs('stuck-init', 'doctor'), 'hi\n');
    });

    test('a copy of a pod with another command', async () => {
      await up('patient');
      await kubectl(
        ...['debug', 'patient', '--copy-to=copied', '--container=main', '--', 'sleep', '4321'],
      );
      const { spec } = await world.shows('copied', (pod) => {
        assert.ok(statusOf(pod).state?.running);
        return pod;
      });
      assert.deepEqual(spec?.containers[0]?.command, ['sleep', '4321']);
    });

    test('the node itself', async () => {
      const node = (await kubectl('get', 'nodes', '-o', 'name')).trim();
      const answer = await kubectl(
        ...['debug', node, '--image=busybox:1', '--', 'cat', '/host/etc/hostname'],
      );
      const name = /node-debugger-\S+/.exec(answer)?.[0] ?? '';
      await eventually('the debugging pod has ended', async () => {
        assert.equal((await world.now(name)).status?.phase, 'Succeeded');
      });
      assert.equal(await world.logs(name, 'debugger'), readFileSync('/etc/hostname', 'utf8'));
    });
  });
}
