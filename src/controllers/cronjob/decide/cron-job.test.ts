import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronJobs, jobs } from '#api/kinds/index.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { CronJob, CronJobSpec, Job } from '#api/types.ts';
import { ownerIndexes } from '../../decide/owners.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { decideCronJob } from './cron-job.ts';

const start = parseTime('2026-01-01T00:00:30Z');
const key = 'default/tick';

interface World {
  readonly world: ModelWorld;
  now: number;
  cronJob(): CronJob;
  jobs(): readonly Job[];
  names(): string[];
  settle(): void;
  finish(name: string, end?: 'Complete' | 'Failed'): void;
}

function worldWith(spec: Partial<CronJobSpec>): World {
  const world = new ModelWorld([
    { kind: cronJobs },
    { kind: jobs, indexes: { controller: ownerIndexes.controller } },
  ]);
  const cronJob: CronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {
      name: 'tick',
      namespace: 'default',
      uid: 'c',
      creationTimestamp: formatTime(start),
    },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: {
        metadata: { labels: { app: 'tick' } },
        spec: { template: { spec: { containers: [{ name: 'app', image: 'i' }] } } },
      },
      ...spec,
    },
  };
  cronJobs.defaults?.(cronJob);
  world.put(cronJobs, cronJob);
  const self: World = {
    world,
    now: start,
    cronJob: () => world.get(cronJobs, 'default', 'tick') as CronJob,
    jobs: () => world.list(jobs),
    names: () => self.jobs().map(({ metadata }) => metadata.name),
    settle: () => {
      for (const action of decideCronJob(world, key, self.now).actions) world.apply(action);
      for (const action of decideCronJob(world, key, self.now).actions) world.apply(action);
    },
    finish(name, end = 'Complete') {
      const job = world.get(jobs, 'default', name);
      assert.ok(job);
      const at = formatTime(self.now);
      const conditions = [{ type: end, status: 'True', lastTransitionTime: at }];
      const completionTime = end === 'Complete' ? at : undefined;
      world.put(jobs, { ...job, status: { conditions, completionTime, startTime: at } });
    },
  };
  return self;
}

function at(time: string): number {
  return parseTime(`2026-01-01T${time}Z`);
}

function nameAt(time: string): string {
  return `tick-${Math.floor(at(time) / 60_000)}`;
}

test('a Job when it is due, once', () => {
  const one = worldWith({});
  // There is nothing to write before that.
  assert.deepEqual(decideCronJob(one.world, key, one.now), { actions: [], again: at('00:05:00') });
  one.now = at('00:05:00');
  one.settle();
  one.settle();
  assert.deepEqual(one.names(), [nameAt('00:05:00')]);
  const [job] = one.jobs();
  assert.equal(job?.metadata.labels?.['app'], 'tick');
  assert.equal(
    job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'],
    '2026-01-01T00:05:00Z',
  );
  const { status } = one.cronJob();
  assert.equal(status?.lastScheduleTime, '2026-01-01T00:05:00Z');
  assert.deepEqual(
    status?.active?.map(({ name }) => name),
    [nameAt('00:05:00')],
  );
  one.finish(nameAt('00:05:00'));
  one.settle();
  assert.equal(one.cronJob().status?.active, undefined);
  assert.equal(one.cronJob().status?.lastSuccessfulTime, '2026-01-01T00:05:00Z');
  assert.deepEqual(one.world.events, [
    `SawCompletedJob: Saw completed job: ${nameAt('00:05:00')}, condition: Complete`,
  ]);
});

test('of many missed runs the last one is made up for', () => {
  const one = worldWith({});
  one.now = at('20:07:00');
  one.settle();
  assert.deepEqual(one.names(), [nameAt('20:05:00')]);
  assert.match(one.world.events[0] ?? '', /^TooManyMissedTimes/);
  const late = worldWith({ startingDeadlineSeconds: 60 });
  late.now = at('20:07:00');
  late.settle();
  assert.deepEqual(late.names(), []);
});

test('uneven schedules', () => {
  const one = worldWith({ schedule: '0-2 0 * * *' });
  one.now = at('20:00:00');
  one.settle();
  assert.deepEqual(one.names(), [nameAt('00:02:00')]);
  const every = worldWith({ schedule: '@every 7m' });
  every.now = at('00:22:00');
  every.settle();
  assert.deepEqual(every.names(), [nameAt('00:21:30')]);
});

test('what is still running: allowed, waited for, replaced', () => {
  const expected = {
    Allow: [nameAt('00:05:00'), nameAt('00:10:00')],
    Forbid: [nameAt('00:05:00')],
    Replace: [nameAt('00:10:00')],
  };
  for (const [concurrencyPolicy, names] of Object.entries(expected)) {
    const one = worldWith({ concurrencyPolicy });
    for (const time of ['00:05:00', '00:10:00']) {
      one.now = at(time);
      one.settle();
    }
    assert.deepEqual(one.names(), names, concurrencyPolicy);
    assert.deepEqual(
      one.cronJob().status?.active?.map(({ name }) => name),
      names,
    );
  }
});

test('suspended, it lets runs pass', () => {
  const one = worldWith({ suspend: true });
  one.now = at('00:05:00');
  one.settle();
  assert.deepEqual(one.names(), []);
});

test('so many finished Jobs are kept, each sort for itself', () => {
  const one = worldWith({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
  for (const [time, end] of [
    ['00:05:00', 'Complete'],
    ['00:10:00', 'Failed'],
    ['00:15:00', 'Complete'],
  ] as const) {
    one.now = at(time);
    one.settle();
    one.finish(nameAt(time), end);
    one.settle();
  }
  assert.deepEqual(one.names(), [nameAt('00:15:00')]);
});

test('a Job that went missing, and one that nobody scheduled', () => {
  const one = worldWith({});
  one.now = at('00:05:00');
  one.settle();
  const [job] = one.jobs();
  assert.ok(job);
  one.world.put(jobs, {
    ...job,
    metadata: { ...job.metadata, name: 'by-hand', uid: 'x', annotations: {} },
  });
  one.world.remove(jobs, `default/${job.metadata.name}`);
  const kinds = decideCronJob(one.world, key, one.now).actions.map(({ type }) => type);
  assert.deepEqual(kinds, ['confirmAbsent', 'update', 'event']);
  one.settle();
  assert.equal(one.cronJob().status?.active, undefined);
  // It ran for this time; its loss does not make it due again.
  assert.deepEqual(one.names(), ['by-hand']);
});

test('in its own time zone', () => {
  const one = worldWith({ schedule: '30 9 * * *', timeZone: 'Asia/Tokyo' });
  assert.equal(decideCronJob(one.world, key, one.now).again, at('00:30:00'));
  const broken = worldWith({ timeZone: 'Mars/Olympus' });
  broken.settle();
  assert.match(broken.world.events[0] ?? '', /^UnknownTimeZone: invalid timeZone: "Mars\/Olympus"/);
});
