/**
 * Whatever is asked for and whatever breaks meanwhile: when it is over, the cluster is as the last
 * manifests say, nothing is left of what was deleted, and no loop missed anything.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployments, endpointSlices, pods, replicaSets, services } from '#api/kinds/index.ts';
import { isStatusError } from '#base/status-error.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { type ControlPlane, deploymentNamed, startControlPlane } from './testing/control-plane.ts';
import { Faults } from './testing/faulty-verbs.ts';

const names = ['a', 'b', 'c'];
const container = (image: string) => [{ name: 'web', image }];
const policies = ['Background', 'Foreground', 'Orphan'];

async function somethingHappens(plane: ControlPlane, below: (bound: number) => number) {
  const name = names[below(names.length)] ?? '';
  const spec = (change: object) => plane.patch(deployments, name, { spec: change });
  switch (below(7)) {
    case 0:
      await plane.create(deployments, deploymentNamed(name, below(5)));
      return plane.create(services, {
        metadata: { name },
        spec: { selector: { app: name }, ports: [{ port: 80 }] },
      });
    case 1:
      return spec({ replicas: below(6) });
    case 2:
      return spec({ template: { spec: { containers: container(`web:${below(4)}`) } } });
    case 3:
      return spec({ paused: below(2) === 0 });
    case 4:
      return plane.delete(deployments, name, { propagationPolicy: policies[below(2)] });
    case 5: {
      const all = await plane.list(pods, 'default');
      const pod = all[below(all.length || 1)];
      return pod && plane.delete(pods, pod.metadata.name);
    }
    default: {
      const sets = await plane.list(replicaSets, 'default');
      const set = sets[below(sets.length || 1)];
      return set && plane.patch(replicaSets, set.metadata.name, { spec: { replicas: below(5) } });
    }
  }
}

async function checkRest(plane: ControlPlane): Promise<void> {
  const wanted = await plane.list(deployments, 'default');
  const sets = await plane.list(replicaSets, 'default');
  const running = await plane.list(pods, 'default');
  for (const { metadata, spec, status } of wanted) {
    const own = sets.filter((set) => set.metadata.ownerReferences?.[0]?.uid === metadata.uid);
    const uids = own.map((set) => set.metadata.uid);
    const mine = running.filter((pod) => uids.includes(pod.metadata.ownerReferences?.[0]?.uid));
    const { name } = metadata;
    assert.equal(mine.length, spec.replicas, `pods of ${name}`);
    if (spec.paused !== true) {
      const images = new Set(mine.map((pod) => pod.spec.containers[0]?.image));
      const image = spec.template.spec.containers[0]?.image;
      if (mine.length > 0) assert.deepEqual([...images], [image], `images of ${name}`);
      assert.equal(status?.availableReplicas ?? 0, spec.replicas, `status of ${name}`);
    }
    const slices = await plane.list(endpointSlices, 'default');
    const listed = slices
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name)
      .flatMap(({ endpoints = [] }) => endpoints);
    assert.equal(listed.length, mine.length, `endpoints of ${name}`);
  }
  const owners = new Set(sets.map(({ metadata }) => metadata.uid));
  for (const { metadata } of running) assert.ok(owners.has(metadata.ownerReferences?.[0]?.uid));
}

for (const seed of [1, 2, 3]) {
  test(`seed ${seed}: it comes to rest as asked`, async () => {
    const random = seededRandom(seed);
    const below = (bound: number): number => random.below(bound);
    const faults = new Faults(random);
    const plane = await startControlPlane({ wrap: (verbs) => faults.wrap(verbs), quietNode: true });
    faults.rate = 0.2;
    plane.agent.works = () => below(10) > 0;
    for (let turn = 0; turn < 30; turn++) {
      try {
        await somethingHappens(plane, below);
      } catch (error) {
        if (!isStatusError(error)) throw error;
      }
      faults.breakWatches(20);
      await plane.run(below(60));
    }
    faults.rate = 0;
    plane.agent.works = () => true;
    await plane.run(180_000);
    await checkRest(plane);
    for (const { name, faults: bugs } of plane.runtime.stats()) assert.equal(bugs, 0, name);
    await plane.run(600_000);
    for (const { name, fullPassFindings } of plane.runtime.stats()) {
      assert.equal(fullPassFindings, 0, `${name} missed something`);
    }
    await plane.stop();
  });
}
