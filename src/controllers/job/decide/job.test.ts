import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jobs, pods } from '#api/kinds/index.ts';
import { isFinal } from '#api/pod-phase.ts';
import { formatTime } from '#api/time.ts';
import type { Job, JobSpec, JobStatus, Pod, PodStatus } from '#api/types.ts';
import { ModelWorld } from '../../testing/model-world.ts';
import { jobController } from '../index.ts';
import { decideJob } from './job.ts';
import { isTracked, trackingFinalizer } from './job-pods.ts';

const start = Date.UTC(2026, 0, 1);
const key = 'default/sum';

interface World {
  readonly world: ModelWorld;
  now: number;
  job(): Job;
  status(): JobStatus;
  pods(): readonly Pod[];
  active(): readonly Pod[];
  settle(): void;
  /** Writes an end of a pod. */
  end(pod: Pod | undefined, status: Partial<PodStatus> | 'Succeeded' | 'Failed'): void;
}

function worldWith(spec: object): World {
  const podSource = jobController.sources.find(({ kind }) => kind.resource === 'pods');
  const world = new ModelWorld([{ kind: jobs }, { kind: pods, indexes: podSource?.indexes ?? {} }]);
  const job: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum', namespace: 'default', uid: 'u' },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'sum' }] } },
      ...spec,
    },
  };
  jobs.defaults?.(job);
  jobs.prepareForCreate?.(job);
  world.put(jobs, job);
  const self: World = {
    world,
    now: start,
    job: () => world.get(jobs, 'default', 'sum') as Job,
    status: () => self.job().status ?? {},
    pods: () => world.list(pods),
    active: () => world.list(pods).filter(isActive),
    settle: () => world.settle(decideJob, key, self.now),
    end(pod, status) {
      assert.ok(pod);
      const phase = typeof status === 'string' ? { phase: status } : status;
      const finishedAt = formatTime(self.now);
      const exitCode = phase.phase === 'Succeeded' ? 0 : 1;
      const containerStatuses = [containerEnded(exitCode, finishedAt)];
      world.put(pods, { ...pod, status: { containerStatuses, ...phase } });
    },
  };
  return self;
}

function isActive({ metadata, status }: Pod): boolean {
  const over = isFinal(status?.phase);
  return !over && metadata.deletionTimestamp === undefined;
}

function containerEnded(exitCode: number, finishedAt: string, name = 'app') {
  const state = { terminated: { exitCode, finishedAt } };
  return { name, ready: false, restartCount: 0, image: '', imageID: '', state };
}

function words(status: JobStatus): string[] {
  return (status.conditions ?? []).map(
    ({ type, status: value, reason }) => `${type}=${value} ${reason}`,
  );
}

test('one pod that succeeds', () => {
  const one = worldWith({});
  one.settle();
  const [pod] = one.pods();
  assert.deepEqual(pod?.metadata.finalizers, [trackingFinalizer]);
  assert.match(pod?.metadata.name ?? '', /^sum-/);
  assert.equal(one.status().active, 1);
  assert.equal(one.status().startTime, formatTime(start));
  one.now += 5_000;
  one.end(pod, 'Succeeded');
  one.settle();
  const status = one.status();
  assert.deepEqual(words(status), [
    'SuccessCriteriaMet=True CompletionsReached',
    'Complete=True CompletionsReached',
  ]);
  assert.deepEqual(
    [status.succeeded, status.active, status.ready, status.terminating, status.failed],
    [1, undefined, 0, 0, undefined],
  );
  assert.equal(status.completionTime, formatTime(start + 5_000));
  assert.equal(one.pods().some(isTracked), false);
  assert.deepEqual(one.world.events, ['Completed: Job completed']);
});

test('the uid is written before the pod is let go, and counted after that', () => {
  const one = worldWith({ completions: 2, parallelism: 2 });
  one.settle();
  one.end(one.pods()[0], 'Succeeded');
  const { actions } = decideJob(one.world, key, one.now);
  assert.deepEqual(
    actions.map(({ type }) => type),
    ['update', 'together'],
  );
  const [write] = actions;
  assert.ok(write?.type === 'update');
  const written = (write.object as Job).status;
  assert.deepEqual(written?.uncountedTerminatedPods, { succeeded: [one.pods()[0]?.metadata.uid] });
  assert.equal(written?.succeeded, undefined);
  one.world.apply(write);
  // A crash here: the pod is known, and not counted twice.
  const again = decideJob(one.world, key, one.now);
  assert.deepEqual(
    again.actions.map(({ type }) => type),
    ['together'],
  );
  one.settle();
  assert.equal(one.status().succeeded, 1);
  assert.deepEqual(one.status().uncountedTerminatedPods, {});
});

test('after a failure it waits, longer each time, and gives up in the end', () => {
  const one = worldWith({ backoffLimit: 2 });
  for (const wait of [10_000, 20_000]) {
    one.settle();
    one.end(one.active()[0], 'Failed');
    one.settle();
    assert.equal(one.active().length, 0);
    assert.equal(decideJob(one.world, key, one.now).again, one.now + wait);
    one.now += wait;
    one.settle();
    assert.equal(one.active().length, 1);
  }
  one.end(one.active()[0], 'Failed');
  one.settle();
  assert.deepEqual(words(one.status()), [
    'FailureTarget=True BackoffLimitExceeded',
    'Failed=True BackoffLimitExceeded',
  ]);
  assert.equal(one.status().failed, 3);
  assert.deepEqual(one.world.events, [
    'BackoffLimitExceeded: Job has reached the specified backoff limit',
  ]);
});

test('containers that restart in their pod count, too', () => {
  const spec = { restartPolicy: 'OnFailure', containers: [{ name: 'app', image: 'sum' }] };
  const one = worldWith({ backoffLimit: 2, template: { spec } });
  one.settle();
  const [pod] = one.pods();
  assert.ok(pod);
  const restarted = { ...containerEnded(1, formatTime(start)), restartCount: 2 };
  one.world.put(pods, { ...pod, status: { phase: 'Running', containerStatuses: [restarted] } });
  one.settle();
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True BackoffLimitExceeded');
});

test('a deadline', () => {
  const one = worldWith({ activeDeadlineSeconds: 30 });
  one.settle();
  assert.equal(decideJob(one.world, key, one.now).again, start + 30_000);
  one.now += 30_000;
  one.settle();
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True DeadlineExceeded');
  assert.equal(one.active().length, 0);
});

test('suspended: no pods, and the clock starts anew', () => {
  const one = worldWith({ parallelism: 2, completions: 4, suspend: true });
  one.settle();
  assert.deepEqual(words(one.status()), ['Suspended=True JobSuspended']);
  assert.equal(one.status().startTime, undefined);
  const suspend = (value: boolean) => {
    one.now += 1000;
    one.world.put(jobs, { ...one.job(), spec: { ...one.job().spec, suspend: value } });
    one.settle();
  };
  suspend(false);
  assert.deepEqual(words(one.status()), ['Suspended=False JobResumed']);
  assert.equal(one.status().startTime, formatTime(start + 1000));
  assert.equal(one.active().length, 2);
  suspend(true);
  assert.equal(one.pods().length, 0);
  // To end them was no failure of theirs.
  assert.equal(one.status().failed, undefined);
  assert.deepEqual(one.world.events, [
    'Suspended: Job suspended',
    'Resumed: Job resumed',
    'Suspended: Job suspended',
  ]);
});

test('an indexed Job: each index once, known to its pod', () => {
  const one = worldWith({ completionMode: 'Indexed', completions: 5, parallelism: 2 });
  one.settle();
  const [first] = one.pods();
  assert.equal(first?.metadata.annotations?.['batch.kubernetes.io/job-completion-index'], '0');
  assert.equal(first?.metadata.labels?.['batch.kubernetes.io/job-completion-index'], '0');
  assert.equal(first?.spec.hostname, 'sum-0');
  assert.match(first?.metadata.generateName ?? '', /^sum-0-$/);
  assert.deepEqual(first?.spec.containers[0]?.env, [
    {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: {
        fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" },
      },
    },
  ]);
  for (const expected of ['0,1', '0-3', '0-4']) {
    for (const pod of one.active()) one.end(pod, 'Succeeded');
    one.settle();
    assert.equal(one.status().completedIndexes, expected);
  }
  assert.equal(one.status().succeeded, 5);
  assert.deepEqual(words(one.status()).at(-1), 'Complete=True CompletionsReached');
});

test('a limit per index: one index fails, the others go on', () => {
  const one = worldWith({
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    backoffLimitPerIndex: 1,
  });
  one.settle();
  one.end(one.pods()[1], 'Succeeded');
  one.end(one.pods()[0], 'Failed');
  one.settle();
  // Its end is not counted before another pod continues it.
  assert.equal(one.status().failed, undefined);
  assert.equal(one.status().failedIndexes, '');
  one.now += 10_000;
  one.settle();
  const [next] = one.active();
  assert.equal(next?.metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'], '1');
  assert.equal(one.status().failed, 1);
  one.end(next, 'Failed');
  one.settle();
  assert.equal(one.status().failedIndexes, '0');
  assert.equal(one.status().completedIndexes, '1');
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True FailedIndexes');
});

test('too many failed indexes end it', () => {
  const one = worldWith({
    completionMode: 'Indexed',
    completions: 4,
    parallelism: 4,
    backoffLimitPerIndex: 0,
    maxFailedIndexes: 1,
  });
  one.settle();
  for (const pod of one.pods().slice(0, 2)) one.end(pod, 'Failed');
  one.settle();
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True MaxFailedIndexesExceeded');
  assert.equal(one.status().failedIndexes, '0,1');
});

const ignoreDisruption = {
  action: 'Ignore',
  onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
};

test('what a failure policy ignores does not count, what it fears ends all', () => {
  const one = worldWith({
    backoffLimit: 0,
    podFailurePolicy: {
      rules: [
        ignoreDisruption,
        { action: 'FailJob', onExitCodes: { operator: 'In', values: [42], containerName: 'app' } },
      ],
    },
  });
  one.settle();
  const conditions = [{ type: 'DisruptionTarget', status: 'True' }];
  one.end(one.pods()[0], { phase: 'Failed', conditions });
  one.settle();
  assert.equal(one.status().failed, undefined);
  one.now += 10_000;
  one.settle();
  const containerStatuses = [containerEnded(42, formatTime(one.now))];
  const [pod] = one.active();
  one.end(pod, { phase: 'Failed', containerStatuses });
  one.settle();
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True PodFailurePolicy');
  assert.equal(
    one.status().conditions?.at(-1)?.message,
    `Container app for pod default/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 1`,
  );
});

test('FailIndex spares the index its other attempts', () => {
  const one = worldWith({
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    backoffLimitPerIndex: 5,
    podFailurePolicy: {
      rules: [{ action: 'FailIndex', onExitCodes: { operator: 'NotIn', values: [2] } }],
    },
  });
  one.settle();
  one.end(one.pods()[0], 'Failed');
  one.settle();
  assert.equal(one.status().failedIndexes, '0');
  assert.equal(one.active().length, 1);
});

test('a success policy ends it before all have succeeded', () => {
  const one = worldWith({
    completionMode: 'Indexed',
    completions: 4,
    parallelism: 4,
    successPolicy: { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }] },
  });
  one.settle();
  one.end(one.pods()[3], 'Succeeded');
  one.end(one.pods()[0], 'Succeeded');
  one.settle();
  assert.deepEqual(words(one.status()), []);
  one.end(one.pods()[2], 'Succeeded');
  one.settle();
  assert.deepEqual(words(one.status()), [
    'SuccessCriteriaMet=True SuccessPolicy',
    'Complete=True SuccessPolicy',
  ]);
  assert.equal(one.status().conditions?.at(-1)?.message, 'Matched rules at index 0');
});

function terminating(pod: Pod | undefined): Pod {
  assert.ok(pod);
  return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: formatTime(start) } };
}

test('a pod that a success policy makes needless has not failed, and is waited for', () => {
  const one = worldWith({
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    successPolicy: { rules: [{ succeededCount: 1 }] },
  });
  one.settle();
  one.end(one.pods()[0], 'Succeeded');
  for (const action of decideJob(one.world, key, one.now).actions) {
    const isDeletion =
      action.type === 'together' && action.actions.every(({ type }) => type === 'delete');
    if (!isDeletion) one.world.apply(action);
  }
  one.world.put(pods, terminating(one.pods()[1]));
  one.settle();
  assert.deepEqual(words(one.status()), ['SuccessCriteriaMet=True SuccessPolicy']);
  one.world.remove(pods, `default/${one.pods()[1]?.metadata.name}`);
  one.settle();
  assert.equal(words(one.status()).at(-1), 'Complete=True SuccessPolicy');
  assert.deepEqual([one.status().succeeded, one.status().failed], [1, undefined]);
});

test('a pod on its way out is replaced at once, or when it has ended', () => {
  for (const [podReplacementPolicy, expected] of [
    ['TerminatingOrFailed', 1],
    ['Failed', 0],
  ] as const) {
    const one = worldWith({ podReplacementPolicy });
    one.settle();
    one.world.put(pods, terminating(one.pods()[0]));
    one.settle();
    one.now += 10_000;
    one.settle();
    assert.equal(one.active().length, expected, podReplacementPolicy);
    assert.equal(one.status().terminating, 1);
  }
});

test('it is over only when the last pod is', () => {
  const one = worldWith({ parallelism: 2, completions: 2, activeDeadlineSeconds: 1 });
  one.settle();
  const [left] = one.pods();
  one.now += 1000;
  // A deletion that takes its time.
  for (const action of decideJob(one.world, key, one.now).actions) {
    if (action.type === 'update') one.world.apply(action);
  }
  one.world.put(pods, terminating(left));
  one.settle();
  assert.deepEqual(words(one.status()), ['FailureTarget=True DeadlineExceeded']);
  one.world.remove(pods, `default/${left?.metadata.name}`);
  one.settle();
  assert.deepEqual(words(one.status()).at(-1), 'Failed=True DeadlineExceeded');
});

test('a work queue is done when one pod says so and the others have ended', () => {
  const one = worldWith({ parallelism: 3 });
  one.settle();
  one.end(one.active()[0], 'Succeeded');
  one.settle();
  assert.equal(one.active().length, 2);
  assert.deepEqual(words(one.status()), []);
  for (const pod of one.active()) one.end(pod, 'Succeeded');
  one.settle();
  assert.equal(one.status().succeeded, 3);
  assert.deepEqual(words(one.status()).at(-1), 'Complete=True CompletionsReached');
});

test('fewer at once: the surplus goes and does not count', () => {
  const one = worldWith({ parallelism: 3, completions: 9 });
  one.settle();
  one.world.put(jobs, { ...one.job(), spec: { ...one.job().spec, parallelism: 1 } });
  one.settle();
  assert.equal(one.active().length, 1);
  assert.equal(one.status().failed, undefined);
});

test('a Job that somebody else runs is left alone', () => {
  const one = worldWith({ managedBy: 'example.com/queue' });
  one.settle();
  assert.equal(one.pods().length, 0);
  assert.deepEqual(one.status(), {});
});

test('pods of a Job that is gone are let go', () => {
  const one = worldWith({});
  one.settle();
  one.world.remove(jobs, key);
  one.settle();
  assert.equal(one.pods().some(isTracked), false);
});

test('whatever happens, every pod counts once, and there are never more than allowed', () => {
  const happening = fc.record({
    type: fc.constantFrom('succeed', 'fail', 'delete', 'vanish', 'wait', 'suspend', 'resume'),
    which: fc.nat(20),
  });
  const specs = fc.record({
    completions: fc.integer({ min: 1, max: 5 }),
    parallelism: fc.integer({ min: 1, max: 4 }),
    completionMode: fc.constantFrom('Indexed', 'NonIndexed'),
    podReplacementPolicy: fc.constantFrom('Failed', 'TerminatingOrFailed'),
    backoffLimit: fc.integer({ min: 0, max: 4 }),
  });
  fc.assert(
    fc.property(specs, fc.array(happening, { maxLength: 40 }), (spec, happenings) => {
      const one = worldWith(spec);
      let succeeded = 0;
      for (const { type, which } of happenings) {
        one.settle();
        one.now += 1000;
        const active = one.active();
        assert.ok(active.length <= spec.parallelism);
        const pod = active[which % (active.length || 1)];
        if (type === 'wait') one.now += 600_000;
        if (type === 'suspend' || type === 'resume') suspend(one, type === 'suspend');
        if (pod === undefined) continue;
        if (type === 'succeed') succeeded++;
        happen(one, type, pod);
      }
      one.settle();
      assert.equal(one.status().succeeded ?? 0, succeeded);
      assert.ok(succeeded <= spec.completions);
      checkEnd(one, spec);
    }),
    { numRuns: 200 },
  );
});

function suspend(one: World, value: boolean): void {
  one.world.put(jobs, { ...one.job(), spec: { ...one.job().spec, suspend: value } });
}

function happen(one: World, type: string, pod: Pod): void {
  if (type === 'succeed') one.end(pod, 'Succeeded');
  if (type === 'fail') one.end(pod, 'Failed');
  if (type === 'vanish') one.world.remove(pods, `default/${pod.metadata.name}`);
  if (type === 'delete') {
    const failed = { ...terminating(pod), status: { phase: 'Failed' } };
    one.world.put(pods, failed);
  }
}

function checkEnd(one: World, spec: Pick<JobSpec, 'backoffLimit' | 'completions'>): void {
  const status = one.status();
  const [last = ''] = words(status).slice(-1);
  if (last.startsWith('Complete')) assert.equal(status.succeeded, spec.completions);
  if (last.startsWith('Failed')) assert.ok((status.failed ?? 0) > (spec.backoffLimit ?? 6));
  if (/^(Complete|Failed)/.test(last)) {
    assert.equal(one.active().length, 0);
    assert.equal(one.pods().some(isTracked), false);
  }
  const before = { ...one.job(), status: {} };
  const wrong = jobs.validateSubresource?.['status']?.(one.job(), before) ?? [];
  assert.deepEqual(wrong, []);
}
