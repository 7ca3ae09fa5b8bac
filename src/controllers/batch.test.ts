import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronJobs, events, jobs, pods } from '#api/kinds/index.ts';
import { startControlPlane } from './testing/control-plane.ts';

function jobNamed(name: string, spec: object = {}) {
  const containers = [{ name: 'app', image: 'sum:1' }];
  return {
    metadata: { name },
    spec: { template: { spec: { restartPolicy: 'Never', containers } }, ...spec },
  };
}

test('a Job runs, says so, and goes when its time to live is over', async () => {
  const plane = await startControlPlane();
  plane.agent.ends = () => 'Succeeded';
  const spec = { completions: 6, parallelism: 2, ttlSecondsAfterFinished: 60 };
  await plane.create(jobs, jobNamed('sum', spec));
  await plane.run();
  const { status } = await plane.get(jobs, 'sum');
  assert.deepEqual([status?.succeeded, status?.active, status?.failed], [6, undefined, undefined]);
  assert.deepEqual(
    status?.conditions?.map(({ type, reason }) => `${type} ${reason}`),
    ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'],
  );
  const made = await plane.list(pods, 'default');
  assert.equal(made.length, 6);
  assert.ok(made.every(({ metadata }) => metadata.finalizers === undefined));
  const told = (await plane.list(events, 'default')).map(({ reason }) => reason);
  assert.equal(told.filter((reason) => reason === 'SuccessfulCreate').length, 6);
  assert.ok(told.includes('Completed'));
  await plane.run(61_000);
  assert.equal((await plane.list(jobs, 'default')).length, 0);
  assert.equal((await plane.list(pods, 'default')).length, 0);
  for (const stats of plane.runtime.stats()) assert.equal(stats.faults, 0, stats.name);
  await plane.stop();
});

test('an indexed Job with failures per index', async () => {
  const plane = await startControlPlane();
  const index = 'batch.kubernetes.io/job-completion-index';
  plane.agent.ends = ({ metadata }) =>
    metadata.annotations?.[index] === '1' ? 'Failed' : 'Succeeded';
  const spec = {
    completions: 3,
    parallelism: 3,
    completionMode: 'Indexed',
    backoffLimitPerIndex: 1,
  };
  await plane.create(jobs, jobNamed('sum', spec));
  await plane.run(30_000);
  const { status } = await plane.get(jobs, 'sum');
  assert.deepEqual([status?.completedIndexes, status?.failedIndexes], ['0,2', '1']);
  assert.equal(status?.failed, 2);
  assert.equal(status?.conditions?.at(-1)?.reason, 'FailedIndexes');
  await plane.stop();
});

test('a Job that is deleted takes its pods with it, or leaves them', async () => {
  const plane = await startControlPlane();
  await plane.create(jobs, jobNamed('sum', { parallelism: 2, completions: 2 }));
  await plane.run();
  await plane.delete(jobs, 'sum', { propagationPolicy: 'Background' });
  await plane.run();
  assert.equal((await plane.list(pods, 'default')).length, 0);
  await plane.create(jobs, jobNamed('sum'));
  await plane.run();
  await plane.delete(jobs, 'sum');
  await plane.run();
  assert.equal((await plane.list(jobs, 'default')).length, 0);
  const [left] = await plane.list(pods, 'default');
  assert.deepEqual(
    [left?.metadata.ownerReferences, left?.metadata.finalizers],
    [undefined, undefined],
  );
  await plane.stop();
});

test('a pod deleted before a node had it is no puzzle for its Job', async () => {
  const plane = await startControlPlane();
  plane.agent.binds = false;
  await plane.create(jobs, jobNamed('sum', { podReplacementPolicy: 'Failed' }));
  await plane.run();
  const [first] = await plane.list(pods, 'default');
  await plane.delete(pods, first?.metadata.name ?? '');
  await plane.run(15_000);
  const [second, ...more] = await plane.list(pods, 'default');
  assert.equal(more.length, 0);
  assert.notEqual(second?.metadata.uid, first?.metadata.uid);
  assert.equal((await plane.get(jobs, 'sum')).status?.failed, 1);
  await plane.stop();
});

test('a CronJob makes Jobs and keeps the last ones', async () => {
  const plane = await startControlPlane();
  plane.agent.ends = () => 'Succeeded';
  const { spec } = jobNamed('x');
  await plane.create(cronJobs, {
    metadata: { name: 'tick' },
    spec: { schedule: '* * * * *', successfulJobsHistoryLimit: 2, jobTemplate: { spec } },
  });
  await plane.run(5 * 60_000);
  const made = await plane.list(jobs, 'default');
  assert.equal(made.length, 2);
  const { status } = await plane.get(cronJobs, 'tick');
  assert.equal(status?.active, undefined);
  assert.equal(status?.lastSuccessfulTime, made.at(-1)?.status?.completionTime);
  const told = (await plane.list(events, 'default')).map(({ reason }) => reason);
  for (const reason of ['SawCompletedJob', 'SuccessfulDelete']) assert.ok(told.includes(reason));
  await plane.delete(cronJobs, 'tick', { propagationPolicy: 'Foreground' });
  await plane.run();
  assert.equal((await plane.list(jobs, 'default')).length, 0);
  assert.equal((await plane.list(pods, 'default')).length, 0);
  await plane.stop();
});
