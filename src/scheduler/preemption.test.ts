import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podDisruptionBudgets, pods, priorityClasses } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { Pod } from '#api/types.ts';
import { podNamed } from './testing/objects.ts';
import { type Scheduling, startScheduling } from './testing/scheduling.ts';

const refTo = (name: string) => ({ ...collectionOf(pods, 'default'), name });
const high = { priorityClassName: 'high' };

async function withClasses(): Promise<Scheduling> {
  const cluster = await startScheduling();
  const classes: [string, number, string?][] = [
    ['high', 1000],
    ['higher', 2000],
    ['patient', 1000, 'Never'],
  ];
  for (const [name, value, preemptionPolicy] of classes) {
    await cluster.cluster.create(priorityClasses as Kind, {
      metadata: { name },
      value,
      ...(preemptionPolicy ? { preemptionPolicy } : {}),
    });
  }
  return cluster;
}

const conditionOf = (pod: Pod, type: string) =>
  pod.status?.conditions?.find((each) => each.type === type);

test('a pod of low priority makes room for one of high priority', async () => {
  const cluster = await withClasses();
  await cluster.node('n1', { cpu: '2' });
  for (const name of ['a', 'b']) {
    await cluster.pod(podNamed(name, { cpu: '1' }));
    await cluster.run(1000);
  }
  await cluster.pod(podNamed('urgent', { cpu: '1' }, high));
  await cluster.run();
  const victim = await cluster.podNow('b');
  assert.ok(victim.metadata.deletionTimestamp, 'the pod that ran for the shorter time');
  const condition = conditionOf(victim, 'DisruptionTarget');
  assert.equal(condition?.reason, 'PreemptionByScheduler');
  assert.equal(
    condition?.message,
    'default-scheduler: preempting to accommodate a higher priority pod',
  );
  const urgent = await cluster.podNow('urgent');
  assert.equal(urgent.status?.nominatedNodeName, 'n1');
  assert.equal(urgent.spec.nodeName, undefined);
  assert.equal(
    conditionOf(urgent, 'PodScheduled')?.message,
    '0/1 nodes are available: 1 Insufficient cpu.',
  );
  assert.ok(
    (await cluster.told()).includes(
      `Preempted: Preempted by pod ${urgent.metadata.uid} on node n1`,
    ),
  );
  assert.equal((await cluster.podNow('a')).metadata.deletionTimestamp, undefined);
  await cluster.verbs.delete(refTo('b'), { gracePeriodSeconds: 0 });
  await cluster.run(3000);
  const bound = await cluster.podNow('urgent');
  assert.equal(bound.spec.nodeName, 'n1');
  assert.equal(bound.status?.nominatedNodeName, undefined);
  await cluster.stop();
});

test('room that was made for a pod is not given to another one', async () => {
  const cluster = await withClasses();
  await cluster.node('n1', { cpu: '1' });
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.run();
  await cluster.pod(podNamed('urgent', { cpu: '1' }, high));
  await cluster.run();
  await cluster.verbs.delete(refTo('a'), { gracePeriodSeconds: 0 });
  await cluster.pod(podNamed('late', { cpu: '1' }));
  await cluster.run(20);
  assert.equal((await cluster.podNow('late')).spec.nodeName, undefined);
  await cluster.run(3000);
  assert.equal((await cluster.podNow('urgent')).spec.nodeName, 'n1');
  assert.equal((await cluster.podNow('late')).spec.nodeName, undefined);
  await cluster.stop();
});

test('a more important pod takes the room of one that was promised it', async () => {
  const cluster = await withClasses();
  await cluster.node('n1', { cpu: '1' });
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.run();
  await cluster.pod(podNamed('urgent', { cpu: '1' }, high));
  await cluster.run();
  await cluster.pod(podNamed('more', { cpu: '1' }, { priorityClassName: 'higher' }));
  await cluster.run();
  assert.equal((await cluster.podNow('urgent')).status?.nominatedNodeName, undefined);
  assert.equal((await cluster.podNow('more')).status?.nominatedNodeName, 'n1');
  await cluster.verbs.delete(refTo('a'), { gracePeriodSeconds: 0 });
  await cluster.run(3000);
  assert.equal((await cluster.podNow('more')).spec.nodeName, 'n1');
  assert.equal((await cluster.podNow('urgent')).spec.nodeName, undefined);
  await cluster.stop();
});

test('preemptionPolicy Never waits', async () => {
  const cluster = await withClasses();
  await cluster.node('n1', { cpu: '1' });
  await cluster.pod(podNamed('a', { cpu: '1' }));
  await cluster.run();
  await cluster.pod(podNamed('patient', { cpu: '1' }, { priorityClassName: 'patient' }));
  await cluster.run();
  assert.equal((await cluster.podNow('a')).metadata.deletionTimestamp, undefined);
  assert.equal(
    conditionOf(await cluster.podNow('patient'), 'PodScheduled')?.message,
    '0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.',
  );
  await cluster.stop();
});

test('a budget is kept where another node can be had', async () => {
  const cluster = await withClasses();
  for (const name of ['n1', 'n2']) await cluster.node(name, { cpu: '1' });
  await cluster.cluster.create(podDisruptionBudgets as Kind, {
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
  const guarded = podNamed('guarded', { cpu: '1' }, {}, { app: 'web' });
  await cluster.pod(guarded);
  await cluster.pod(podNamed('free', { cpu: '1' }));
  await cluster.run();
  await cluster.pod(podNamed('urgent', { cpu: '1' }, high));
  await cluster.run();
  assert.equal((await cluster.podNow('guarded')).metadata.deletionTimestamp, undefined);
  assert.ok((await cluster.podNow('free')).metadata.deletionTimestamp);
  await cluster.stop();
});
