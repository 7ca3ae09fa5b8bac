/** spec.successPolicy (KEP-3998) and spec.podFailurePolicy (KEP-3329): real exit codes, a real eviction. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Job } from '#api/types.ts';
import { eventually } from '../harness.ts';
import { type Client, conditionsOf } from './client.ts';

function job(name: string, spec: string, script: string): string {
  return `
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}}
spec:
  ${spec.trim().replaceAll('\n', '\n  ')}
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: "busybox:1", command: [sh, -c, ${JSON.stringify(script)}]}]
`;
}

const first = job(
  'first',
  `
completions: 3
parallelism: 3
completionMode: Indexed
successPolicy: {rules: [{succeededIndexes: "1-2", succeededCount: 2}, {succeededIndexes: "0"}]}
`,
  'test $JOB_COMPLETION_INDEX = 0 || exec sleep 3600',
);

const fatal = job(
  'fatal',
  `
completions: 2
parallelism: 2
completionMode: Indexed
podFailurePolicy:
  rules:
  - {action: Ignore, onExitCodes: {operator: In, values: [41]}}
  - {action: FailJob, onExitCodes: {containerName: main, operator: In, values: [42]}}
`,
  'test $JOB_COMPLETION_INDEX = 1 && exit 42; exec sleep 3600',
);

const evicted = job(
  'evicted',
  `
backoffLimit: 0
podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: DisruptionTarget}]}]}
`,
  "trap 'exit 1' TERM; until test -f /tmp/enough; do sleep 0.1; done",
);

const counted = job(
  'counted',
  `
backoffLimit: 0
podFailurePolicy:
  rules:
  - {action: Count, onExitCodes: {operator: In, values: [3]}}
  - {action: Ignore, onExitCodes: {operator: NotIn, values: [0]}}
`,
  'exit 3',
);

const lost = job(
  'lost',
  `
completions: 3
parallelism: 3
completionMode: Indexed
backoffLimitPerIndex: 5
podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: In, values: [42]}}]}
`,
  'test $JOB_COMPLETION_INDEX != 1 || exit 42',
);

export function jobPolicyTests(client: Client): void {
  const over = async (name: string, condition: 'complete' | 'failed'): Promise<Job> => {
    await client.kubectl(`wait --for=condition=${condition} job/${name} --timeout=60s`);
    return client.read<Job>(`job ${name}`);
  };

  suite('policies of Jobs', { concurrency: true }, () => {
    test('successPolicy: one index is enough, and the others end', async () => {
      await client.cluster.apply(first);
      const done = await over('first', 'complete');
      assert.deepEqual(conditionsOf(done), [
        'SuccessCriteriaMet SuccessPolicy: Matched rules at index 1',
        'Complete SuccessPolicy: Matched rules at index 1',
      ]);
      const { completedIndexes, succeeded, failed, active, ready, terminating } = done.status ?? {};
      assert.deepEqual([completedIndexes, succeeded, failed], ['0', 1, undefined]);
      assert.deepEqual([active, ready, terminating], [undefined, 0, 0]);
      await eventually('only the one that succeeded is left', async () => {
        const pods = await client.podsOf('first');
        assert.deepEqual(
          pods.map(({ status }) => status?.phase),
          ['Succeeded'],
        );
      });
    });

    test('podFailurePolicy FailJob: one exit code ends it all', async () => {
      await client.cluster.apply(fatal);
      const { status, ...rest } = await over('fatal', 'failed');
      const [pod] = (await client.podsOf('fatal')).slice(-1);
      const why = `PodFailurePolicy: Container main for pod default/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 1`;
      assert.deepEqual(conditionsOf({ ...rest, status }), [
        `FailureTarget ${why}`,
        `Failed ${why}`,
      ]);
      // The one that would have gone on is lost, too.
      assert.deepEqual([status?.failed, status?.active], [2, undefined]);
      assert.match(
        await client.kubectl('describe job fatal'),
        /Warning +PodFailurePolicy .* failed with exit code 42 matching FailJob rule at index 1/,
      );
    });

    test('podFailurePolicy Ignore: an eviction is no failure', async () => {
      await client.cluster.apply(evicted);
      const running = async (but = ''): Promise<string> => {
        const pods = await client.podsOf('evicted');
        const found = pods.find(({ metadata }) => metadata.name !== but);
        assert.equal(found?.status?.phase, 'Running');
        return found.metadata.name;
      };
      const one = await eventually('its pod runs', () => running());
      await client.evict(one);
      // Without the condition that an eviction leaves, the Job would have failed.
      const two = await eventually('another one runs', () => running(one));
      await client.exec(two, 'touch /tmp/enough');
      const { status } = await over('evicted', 'complete');
      assert.deepEqual([status?.succeeded, status?.failed], [1, undefined]);
    });

    test('podFailurePolicy Count: the first rule that matches holds', async () => {
      await client.cluster.apply(counted);
      const failed = await over('counted', 'failed');
      const why = 'BackoffLimitExceeded: Job has reached the specified backoff limit';
      assert.deepEqual(conditionsOf(failed), [`FailureTarget ${why}`, `Failed ${why}`]);
      assert.equal(failed.status?.failed, 1);
    });

    test('podFailurePolicy FailIndex: that index is not tried again', async () => {
      await client.cluster.apply(lost);
      const failed = await over('lost', 'failed');
      const why = 'FailedIndexes: Job has failed indexes';
      assert.deepEqual(conditionsOf(failed), [`FailureTarget ${why}`, `Failed ${why}`]);
      const { completedIndexes, failedIndexes, succeeded, failed: count } = failed.status ?? {};
      assert.deepEqual([completedIndexes, failedIndexes, succeeded, count], ['0,2', '1', 2, 1]);
    });
  });
}
