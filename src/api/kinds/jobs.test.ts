import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Job, JobSpec, JobStatus } from '../types.ts';
import { cronJobs, jobs } from './index.ts';
import {
  countOf,
  formatIndexes,
  hasIndex,
  overlapOf,
  readIndexes,
  withIndexes,
} from './jobs/indexes.ts';
import { verdictOnCreate, verdictOnUpdate } from './testing/verdict.ts';

const sound: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'sum', namespace: 'd', uid: 'u' },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'sum:1' }] },
    },
  },
};

function made(change: (job: Job) => void = () => undefined): Job {
  const job = structuredClone(sound);
  change(job);
  jobs.defaults?.(job);
  jobs.prepareForCreate?.(job);
  return job;
}

function specOf(job: Job): JobSpec {
  assert.ok(job.spec);
  return job.spec;
}

test('what a Job means that says little', () => {
  const { spec, metadata } = made();
  const { template, ...rest } = spec as JobSpec;
  const labels = {
    'batch.kubernetes.io/controller-uid': 'u',
    'batch.kubernetes.io/job-name': 'sum',
    'controller-uid': 'u',
    'job-name': 'sum',
  };
  assert.deepEqual(rest, {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
  });
  assert.deepEqual(template.metadata?.labels, labels);
  assert.deepEqual(metadata.labels, labels);
  assert.equal(template.spec?.dnsPolicy, 'ClusterFirst');
});

test('a work queue has no number of completions, a limit per index no limit for all', () => {
  const queue = specOf(made((job) => (specOf(job).parallelism = 3)));
  assert.deepEqual([queue.completions, queue.parallelism], [undefined, 3]);
  const indexed = made((job) =>
    Object.assign(specOf(job), {
      completionMode: 'Indexed',
      completions: 3,
      backoffLimitPerIndex: 1,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }],
      },
    }),
  );
  const { backoffLimit, podReplacementPolicy, podFailurePolicy } = specOf(indexed);
  assert.deepEqual([backoffLimit, podReplacementPolicy], [2 ** 31 - 1, 'Failed']);
  assert.equal(podFailurePolicy?.rules[0]?.onPodConditions?.[0]?.status, 'True');
});

type Case = readonly [what: string, change: (spec: JobSpec, job: Job) => void, ...string[]];

const indexed = { completionMode: 'Indexed', completions: 3 };

const refused: readonly Case[] = [
  ['sound', () => undefined],
  [
    'pods that never end',
    ({ template }) => delete template.spec?.restartPolicy,
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'fewer than none',
    (spec) => Object.assign(spec, { parallelism: -1, ttlSecondsAfterFinished: -1 }),
    'spec.parallelism: Invalid value: -1: must be greater than or equal to 0',
    'spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'indexes without a number of them',
    (spec) => Object.assign(spec, { completionMode: 'Indexed', parallelism: 100_001 }),
    'spec.completions: Required value: when completion mode is Indexed',
    'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
  ],
  [
    'limits per index without indexes',
    (spec) => (spec.maxFailedIndexes = 1),
    'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
    'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
  ],
  [
    'many indexes with few bounds',
    (spec) =>
      Object.assign(spec, {
        ...indexed,
        completions: 100_001,
        parallelism: 10_001,
        backoffLimitPerIndex: 1,
      }),
    'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
  ],
  [
    'a host name too long',
    (spec, job) => {
      Object.assign(spec, indexed);
      job.metadata.name = 'a'.repeat(62);
    },
    `metadata.name: Invalid value: "${'a'.repeat(62)}": will not able to create pod with invalid DNS label: ${'a'.repeat(62)}-2`,
  ],
  [
    'a failure policy',
    (spec) =>
      (spec.podFailurePolicy = {
        rules: [
          { action: 'Retry', onExitCodes: { operator: 'In', values: [3, 0, 0] } },
          { action: 'FailIndex' },
          {
            action: 'Ignore',
            onExitCodes: { operator: 'Is', values: [], containerName: 'x' },
            onPodConditions: [{ type: 'a b', status: 'Yes' }],
          },
        ],
      }),
    'spec.podFailurePolicy.rules[0].action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
    'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
    'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Invalid value: 0: must not be 0 for the In operator',
    'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 0',
    'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,0]: must be ordered',
    'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
    'spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
    'spec.podFailurePolicy.rules[2].onExitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"',
    'spec.podFailurePolicy.rules[2].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
    'spec.podFailurePolicy.rules[2].onExitCodes.values: Invalid value: []: at least one value is required',
    "spec.podFailurePolicy.rules[2].onPodConditions[0].type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    'spec.podFailurePolicy.rules[2].onPodConditions[0].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
    'spec.podFailurePolicy.rules[2]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
  ],
  [
    'a failure policy for pods that restart themselves',
    (spec) => {
      if (spec.template.spec) spec.template.spec.restartPolicy = 'OnFailure';
      spec.podReplacementPolicy = 'TerminatingOrFailed';
      spec.podFailurePolicy = { rules: [] };
    },
    'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
  ],
  [
    'a success policy',
    (spec) =>
      Object.assign(spec, {
        ...indexed,
        successPolicy: {
          rules: [
            {},
            { succeededIndexes: '0-1,1', succeededCount: 4 },
            { succeededIndexes: '2-3' },
            { succeededIndexes: '0', succeededCount: 2 },
          ],
        },
      }),
    'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-1,1": error parsing succeededIndexes: non-increasing order, previous: 1, current: 1',
    'spec.successPolicy.rules[1].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
    'spec.successPolicy.rules[1].succeededCount: Invalid value: 4: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
    'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "2-3": error parsing succeededIndexes: too large index: "3"',
    'spec.successPolicy.rules[3].succeededCount: Invalid value: 2: must be less than or equal to 1 (the number of indexes in the specified succeededIndexes field)',
  ],
  [
    'a manager without a domain',
    (spec) => (spec.managedBy = 'me'),
    'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'labels of another Job',
    ({ template }) => (template.metadata = { labels: { 'job-name': 'other' } }),
    'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"u","batch.kubernetes.io/job-name":"sum","controller-uid":"u","job-name":"other"}: must be \'sum\'',
  ],
  [
    'a selector of its own without saying so',
    (spec) => (spec.selector = { matchLabels: { app: 'x' } }),
    'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"u","app":"x"}}: `selector` not auto-generated',
    'spec.template.metadata.labels: Invalid value: {"batch.kubernetes.io/controller-uid":"u","batch.kubernetes.io/job-name":"sum","controller-uid":"u","job-name":"sum"}: `selector` does not match template `labels`',
  ],
  [
    'a selector of its own that finds nothing',
    (spec) => Object.assign(spec, { manualSelector: true, selector: { matchLabels: { a: 'b' } } }),
    'spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`',
  ],
];

test('what a Job may not say', () => {
  for (const [what, change, ...expected] of refused) {
    const found = verdictOnCreate(jobs, sound, (job) => change(specOf(job), job));
    assert.deepEqual(found, expected, what);
  }
});

test('what may change in a Job', () => {
  const change = (base: Job, by: (spec: JobSpec) => void) =>
    verdictOnUpdate(jobs, base, (job) => by(specOf(job)));
  const with_ = (spec: object): Job => {
    const job = structuredClone(sound);
    Object.assign(specOf(job), spec);
    return job;
  };
  assert.deepEqual(
    change(sound, (spec) => Object.assign(spec, { parallelism: 5, suspend: true })),
    [],
  );
  assert.deepEqual(
    change(sound, (spec) => (spec.completions = 2)),
    ['spec.completions: Invalid value: 2: field is immutable'],
  );
  const elastic = with_({ completionMode: 'Indexed', completions: 2, parallelism: 2 });
  assert.deepEqual(
    change(elastic, (spec) => Object.assign(spec, { completions: 4, parallelism: 4 })),
    [],
  );
  assert.deepEqual(
    change(elastic, (spec) => (spec.completions = 4)),
    ['spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism'],
  );
  const steer = ({ template }: JobSpec): void => {
    assert.ok(template.spec);
    template.spec.nodeSelector = { zone: 'a' };
    const [container] = template.spec.containers;
    if (container) container.resources = { requests: { cpu: '1' } };
  };
  assert.equal(change(sound, steer).length, 1);
  assert.match(change(sound, steer)[0] ?? '', /^spec.template: .*field is immutable$/);
  assert.deepEqual(change(with_({ suspend: true }), steer), []);
});

test('what a status may not say', () => {
  const previous = made((job) => (job.metadata.generation = 1));
  const judge = (status: JobStatus, before: JobStatus = {}) => {
    const next = { ...structuredClone(previous), status };
    const old = { ...structuredClone(previous), status: before };
    const errors = jobs.validateSubresource?.['status']?.(next, old) ?? [];
    return errors.map(({ field, message }) => `${field}: ${message}`);
  };
  const condition = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));
  assert.deepEqual(judge({ conditions: condition('Complete'), active: 1 }), [
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    'status.completionTime: Required value: completionTime is required for Complete jobs',
    'status.startTime: Required value: startTime is required for finished job',
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
  ]);
  assert.deepEqual(judge({ conditions: condition('Failed'), startTime: '2026-01-01T00:00:00Z' }), [
    'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
  ]);
  assert.deepEqual(judge({ ready: 1, completedIndexes: '0' }), [
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
    'status.ready: Invalid value: 1: cannot set more ready pods than active',
  ]);
  assert.deepEqual(judge({ failed: 1 }, { failed: 2, conditions: condition('FailureTarget') }), [
    'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
    'status.failed: Invalid value: 1: cannot decrease the failed counter',
  ]);
  assert.deepEqual(judge({ uncountedTerminatedPods: { succeeded: ['a'], failed: ['a', ''] } }), [
    'status.uncountedTerminatedPods.failed[0]: Duplicate value: "a"',
    'status.uncountedTerminatedPods.failed[1]: Invalid value: "": must not be empty',
  ]);
});

test('sets of indexes', () => {
  const errors: readonly [string, string][] = [
    [
      '1-2-3',
      'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by \'-\'',
    ],
    ['a', 'cannot convert string to integer for index: "a"'],
    ['9', 'too large index: "9"'],
    ['4-3', 'non-increasing order, previous: 4, current: 3'],
    ['1-3,3', 'non-increasing order, previous: 3, current: 3'],
  ];
  for (const [text, expected] of errors) assert.equal(readIndexes(text, 9), expected);
  const members = fc.uniqueArray(fc.nat(60));
  fc.assert(
    fc.property(members, members, (one, other) => {
      const set = withIndexes(withIndexes([], one), other);
      const all = new Set([...one, ...other]);
      assert.equal(countOf(set), all.size);
      for (let index = 0; index <= 61; index++) assert.equal(hasIndex(set, index), all.has(index));
      assert.deepEqual(readIndexes(formatIndexes(set), 61), normal(formatIndexes(set)));
      const common = one.filter((index) => other.includes(index));
      const found = overlapOf(withIndexes([], one), withIndexes([], other));
      assert.equal(found, common.length > 0 ? Math.min(...common) : undefined);
    }),
  );
});

/** As read: a pair is two intervals. */
function normal(text: string) {
  return text === ''
    ? []
    : text.split(',').map((part) => {
        const [first = '', last = first] = part.split('-');
        return { first: Number(first), last: Number(last) };
      });
}

test('a CronJob', () => {
  const base = {
    apiVersion: 'batch/v1' as const,
    kind: 'CronJob' as const,
    metadata: { name: 'nightly', namespace: 'd' },
    spec: { schedule: '@daily', jobTemplate: { spec: structuredClone(specOf(sound)) } },
  };
  assert.deepEqual(verdictOnCreate(cronJobs, base), []);
  const judge = (spec: object) =>
    verdictOnCreate(cronJobs, base, (job) => Object.assign(job.spec ?? {}, spec));
  assert.deepEqual(judge({ schedule: 'TZ=UTC 0 * * *', timeZone: 'Mars/Olympus' }), [
    'spec.schedule: Invalid value: "TZ=UTC 0 * * *": expected exactly 5 fields, found 4: [0 * * *]',
    'spec.schedule: Invalid value: "TZ=UTC 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
  ]);
  assert.deepEqual(judge({ timeZone: 'Local', concurrencyPolicy: 'Wait' }), [
    'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
    'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
  ]);
  const selector = { matchLabels: { a: 'b' } };
  const spec = { ...specOf(sound), selector, manualSelector: true };
  assert.deepEqual(judge({ jobTemplate: { spec } }), [
    'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
    'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
  ]);
  const long = 'a'.repeat(53);
  assert.deepEqual(
    verdictOnCreate(cronJobs, base, ({ metadata }) => (metadata.name = long)),
    [`metadata.name: Invalid value: "${long}": must be no more than 52 characters`],
  );
});
