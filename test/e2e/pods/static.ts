/** Pods from files of the node, and their mirrors in the API. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import { eventually } from '../harness.ts';
import { statusOf, type World } from './world.ts';

const manifest = (words: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: own, labels: {app: own}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "echo ${words}; sleep 3600"]}]
`;

export function staticTests(world: World): void {
  suite('static pods', () => {
    const settings = `/etc/gantry/${world.cluster.name}.d`;
    const file = `${settings}/manifests/own.yaml`;
    after(() => rmSync(settings, { recursive: true, force: true }));

    test('run as their file says, whatever becomes of their mirror', async () => {
      mkdirSync(`${settings}/manifests`, { recursive: true });
      writeFileSync(file, manifest('first'));
      const node = (await world.cluster.kubectl(['get', 'nodes', '-o', 'name'])).trim().slice(5);
      const name = `own-${node}`;
      const running = () =>
        world.becomes(name, (pod) => {
          assert.ok(statusOf(pod).ready);
          return pod;
        });
      const first = await running();
      assert.equal(first.metadata.annotations?.['kubernetes.io/config.source'], 'file');
      assert.ok(first.metadata.annotations?.['kubernetes.io/config.mirror']);
      assert.equal(first.metadata.ownerReferences?.[0]?.kind, 'Node');
      assert.equal(await world.logs(name), 'first\n');
      assert.match(await world.exec(name, 'busybox ps'), /sleep 3600/);

      await world.cluster.kubectl(['delete', 'pod', name, '--wait=false']);
      await world.becomes(name, (pod) => {
        assert.notEqual(pod.metadata.uid, first.metadata.uid);
        assert.equal(statusOf(pod).containerID, statusOf(first).containerID);
        assert.ok(statusOf(pod).ready);
      });

      writeFileSync(file, manifest('second'));
      await world.becomes(name, (pod) => {
        assert.notEqual(statusOf(pod).containerID, statusOf(first).containerID);
        assert.ok(statusOf(pod).ready);
      });
      assert.equal(await world.logs(name), 'second\n');

      rmSync(file);
      await eventually('the mirror is gone', async () => {
        const path = `/api/v1/namespaces/default/pods/${name}`;
        assert.equal((await world.api.ask('GET', path)).status, 404);
      });
    });
  });
}
