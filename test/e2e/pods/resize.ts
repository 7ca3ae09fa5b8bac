/** Resources of a pod that runs, changed in place with `kubectl patch --subresource resize`. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { run } from '../harness.ts';
import { statusOf, type World } from './world.ts';

const container = `image: "busybox:1", command: [sleep, "3600"], resources: {requests: {cpu: 20m, memory: 32Mi}, limits: {cpu: 100m, memory: 64Mi}}`;

export const resizeManifest = `
apiVersion: v1
kind: Pod
metadata: {name: grows}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, ${container}}]
---
apiVersion: v1
kind: Pod
metadata: {name: greedy}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, ${container}}]
---
apiVersion: v1
kind: Pod
metadata: {name: single}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, ${container}}]
---
apiVersion: v1
kind: Pod
metadata: {name: restarts}
spec:
  restartPolicy: OnFailure
  terminationGracePeriodSeconds: 1
  containers: [{name: main, ${container}, resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: shared}
spec:
  terminationGracePeriodSeconds: 0
  resources: {requests: {cpu: 20m, memory: 32Mi}, limits: {cpu: 200m, memory: 64Mi}}
  containers:
  - {name: main, image: "busybox:1", command: [sleep, "3600"]}
  - {name: own, image: "busybox:1", command: [sleep, "3600"], resources: {limits: {memory: 16Mi}}}
  - {name: again, image: "busybox:1", command: [sh, -c, "trap exit TERM; sleep 3600 & wait"], resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]}
`;

export function resizeTests(world: World): void {
  suite('resize', { concurrency: true }, () => {
    const resize = (name: string, resources: object) =>
      world.cluster.kubectl([
        ...['patch', 'pod', name, '--subresource', 'resize', '--patch'],
        JSON.stringify({ spec: { containers: [{ name: 'main', resources }] } }),
      ]);
    const limit = async (name: string, of = 'main'): Promise<string> => {
      const read = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes';
      return (await world.exec(name, `${read} 2>/dev/null; true`, of)).trim();
    };
    const resizeWhole = (name: string, resources: object) =>
      world.cluster.kubectl([
        ...['patch', 'pod', name, '--subresource', 'resize', '--patch'],
        JSON.stringify({ spec: { resources } }),
      ]);
    /** Of the pod's own group, as the node sees it. */
    const groupLimit = async (name: string): Promise<string> => {
      const { metadata } = await world.now(name);
      const { stdout } = await run('sh', [
        '-c',
        `find /sys/fs/cgroup -type d -name 'pod${metadata.uid}' | while read d; do cat $d/memory.max $d/memory.limit_in_bytes; done 2>/dev/null`,
      ]);
      return stdout.trim();
    };
    const running = (name: string) =>
      world.shows(name, (pod) => assert.ok(statusOf(pod).state?.running));
    const now = (name: string, memory: string, restartCount: number) =>
      world.becomes(name, (pod) => {
        const status = statusOf(pod);
        assert.equal(status.resources?.limits?.['memory'], memory);
        assert.equal(status.restartCount, restartCount);
        assert.ok(status.state?.running);
        assert.ok(!pod.status?.conditions?.some(({ type }) => type.startsWith('PodResize')));
        return status;
      });

    test('in place, up and down, without a restart', async () => {
      await running('grows');
      const before = statusOf(await world.now('grows')).containerID;
      await resize('grows', { requests: { memory: '64Mi' }, limits: { memory: '128Mi' } });
      const grown = await now('grows', '128Mi', 0);
      assert.equal(grown.containerID, before);
      assert.deepEqual(grown.allocatedResources, { cpu: '20m', memory: '64Mi' });
      assert.equal(await limit('grows'), String(128 * 2 ** 20));
      await resize('grows', { requests: { memory: '16Mi' }, limits: { memory: '48Mi' } });
      await now('grows', '48Mi', 0);
      assert.equal(await limit('grows'), String(48 * 2 ** 20));
      await world.event('grows', 'ResizeCompleted', /^Pod resize completed: /);
    });

    test('with a new container where its policy says so', async () => {
      await running('restarts');
      await resize('restarts', { limits: { memory: '96Mi' } });
      await now('restarts', '96Mi', 1);
      assert.equal(await limit('restarts'), String(96 * 2 ** 20));
      await world.event('restarts', 'Killing', /^Container main resize requires restart$/);
    });

    test('of the pod as a whole: its group, and the containers that share it', async () => {
      const bytes = (mebi: number) => String(mebi * 2 ** 20);
      const restarts = async () =>
        (await world.now('shared')).status?.containerStatuses?.map(
          ({ restartCount }) => restartCount,
        );
      for (const name of ['main', 'own', 'again'])
        await world.shows('shared', (pod) => assert.ok(statusOf(pod, name).state?.running));
      assert.deepEqual(
        [await limit('shared'), await limit('shared', 'own')],
        [bytes(64), bytes(16)],
      );
      const is = (memory: string) =>
        world.becomes('shared', ({ status }) => {
          assert.equal(status?.resources?.limits?.['memory'], memory);
          assert.ok(!status?.conditions?.some(({ type }) => type.startsWith('PodResize')));
          return status;
        });
      await is('64Mi');
      const wanted = { requests: { memory: '48Mi' }, limits: { memory: '128Mi' } };
      await resizeWhole('shared', wanted);
      const grown = await is('128Mi');
      assert.deepEqual(grown?.allocatedResources, { cpu: '20m', memory: '48Mi' });
      assert.equal(await groupLimit('shared'), bytes(128));
      assert.deepEqual(
        [await limit('shared'), await limit('shared', 'own')],
        [bytes(128), bytes(16)],
      );
      await world.event('shared', 'Killing', /^Container again resize requires restart$/);
      await world.becomes('shared', (pod) => {
        const { restartCount, state } = statusOf(pod, 'again');
        assert.ok(restartCount === 1 && state?.running);
      });
      assert.equal(await limit('shared', 'again'), bytes(128));
      // By name: again, main, own.
      assert.deepEqual(await restarts(), [1, 0, 0]);
      await resizeWhole('shared', { limits: { memory: '56Mi' } });
      await is('56Mi');
      assert.equal(await groupLimit('shared'), bytes(56));
      assert.equal(await limit('shared'), bytes(56));
      await world.event('shared', 'ResizeCompleted', /^Pod resize completed: \{"resources":/);
      await resizeWhole('shared', { requests: { memory: '4Ti' }, limits: { memory: '4Ti' } });
      await world.becomes('shared', ({ status }) => {
        const found = status?.conditions?.find(({ type }) => type === 'PodResizePending');
        assert.equal(found?.reason, 'Infeasible');
        assert.equal(status?.resources?.limits?.['memory'], '56Mi');
      });
    });

    test('of a pod that had none as a whole: from then on its group has a bound of its own', async () => {
      await running('single');
      await resizeWhole('single', { requests: { memory: '64Mi' }, limits: { memory: '128Mi' } });
      await world.becomes('single', ({ status }) => {
        assert.deepEqual(status?.resources?.limits, { memory: '128Mi' });
        assert.ok(!status?.conditions?.some(({ type }) => type.startsWith('PodResize')));
      });
      assert.equal(await groupLimit('single'), String(128 * 2 ** 20));
      assert.equal(await limit('single'), String(64 * 2 ** 20));
    });

    test('more than the node has is infeasible, and another class is refused', async () => {
      await running('greedy');
      await resize('greedy', { requests: { cpu: '50m' }, limits: { cpu: '4k' } });
      await resize('greedy', { requests: { cpu: '2k' } });
      await world.becomes('greedy', (pod) => {
        const found = pod.status?.conditions?.find(({ type }) => type === 'PodResizePending');
        assert.equal(found?.reason, 'Infeasible');
        assert.match(
          found?.message ?? '',
          /^Node didn't have enough capacity: cpu, requested: 2000000/,
        );
      });
      await assert.rejects(
        () =>
          resize('greedy', {
            requests: { cpu: '100m', memory: '64Mi' },
            limits: { cpu: '100m', memory: '64Mi' },
          }),
        /Pod QOS Class may not change as a result of resizing/,
      );
    });
  });
}
