/** Images that are not there. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type World, waitsFor } from './world.ts';

/** Nobody listens on port 1 of this machine. */
const nowhere = '127.0.0.1:1/nothing:1';

export const imageManifest = `
apiVersion: v1
kind: Pod
metadata: {name: never-pulled}
spec:
  containers: [{name: main, image: "busybox:none", imagePullPolicy: Never}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-registry}
spec:
  containers: [{name: main, image: "${nowhere}"}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-name}
spec:
  containers: [{name: main, image: "Upper/Case:1"}]
`;

export function imageTests(world: World): void {
  suite('images', { concurrency: true }, () => {
    test('that may not be pulled must be there', async () => {
      const words = 'Container image "busybox:none" is not present with pull policy of Never';
      const message = await world.shows('never-pulled', (pod) =>
        waitsFor(pod, 'ErrImageNeverPull'),
      );
      assert.equal(message, words);
      await world.event('never-pulled', 'ErrImageNeverPull', new RegExp(`^${words}$`));
      await world.event('never-pulled', 'Failed', /^Error: ErrImageNeverPull$/);
      assert.deepEqual(world.messages('never-pulled', 'Pulling'), []);
    });

    test('of a registry that does not answer are asked for again, with back-off', async () => {
      await world.shows('no-registry', (pod) => waitsFor(pod, 'ErrImagePull'));
      const message = await world.shows('no-registry', (pod) => waitsFor(pod, 'ImagePullBackOff'));
      assert.match(message, new RegExp(`^Back-off pulling image "${nowhere}"`));
      await world.event('no-registry', 'Pulling', new RegExp(`^Pulling image "${nowhere}"$`));
      const failed = new RegExp(`^Failed to pull image "${nowhere}": .*connection refused`);
      await world.event('no-registry', 'Failed', failed);
      await world.event('no-registry', 'Failed', /^Error: ErrImagePull$/);
      await world.event('no-registry', 'BackOff', /^Back-off pulling image/);
      await world.event('no-registry', 'Failed', /^Error: ImagePullBackOff$/);
    });

    test('whose name is none are refused in words', async () => {
      const message = await world.shows('no-name', (pod) => waitsFor(pod, 'InvalidImageName'));
      assert.match(message, /^Failed to apply default image tag "Upper\/Case:1": couldn't parse/);
    });
  });
}
