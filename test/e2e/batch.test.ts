/** Jobs, budgets, quotas, use of resources and autoscaling, with real containers and the real kubectl. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { autoscalingTests } from './batch/autoscaling.ts';
import { budgetTests } from './batch/budgets.ts';
import { Client } from './batch/client.ts';
import { CronJobs } from './batch/cron-jobs.ts';
import { jobPolicyTests } from './batch/job-policies.ts';
import { quotaTests } from './batch/quotas.ts';
import { Cluster, eventually, kubectls } from './harness.ts';

const cluster = new Cluster('batch', { api: 16_520, http: 18_120, https: 18_520 });

const client = new Client(cluster);
const cronJobs = new CronJobs(client);
const kubectl = (line: string): Promise<string> => client.kubectl(line);

const webDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: busybox:1
        command: [sleep, "3600"]
        resources: {requests: {cpu: 10m, memory: 1Mi}}
`;

suite('batch and policy', { timeout: 300_000 }, () => {
  before(async () => {
    await cluster.up();
    await cluster.loadImages(['busybox-1']);
    await cronJobs.start();
  });
  after(() => cluster.remove());

  test('a Job runs to its end, and one from a CronJob', async () => {
    await kubectl('create job sum --image=busybox:1 -- sh -c true');
    await kubectl('wait --for=condition=complete job/sum --timeout=60s');
    assert.match(await kubectl('get job sum'), /sum +Complete +1\/1/);
    await cluster.kubectl([
      'create',
      'cronjob',
      'tick',
      '--image=busybox:1',
      '--schedule=0 0 1 1 *',
      '--',
      'echo',
      'tick',
    ]);
    await kubectl('create job by-hand --from=cronjob/tick');
    await kubectl('wait --for=condition=complete job/by-hand --timeout=60s');
    assert.equal(await kubectl('logs job/by-hand'), 'tick\n');
    // Deleting it takes the pods, too.
    await kubectl('delete job sum by-hand');
    await eventually('no pods are left', async () =>
      assert.equal(await kubectl('get pods -o name'), ''),
    );
  });

  test('an indexed Job knows its indexes; one of them fails by itself', async () => {
    await cluster.apply(`
apiVersion: batch/v1
kind: Job
metadata: {name: parts}
spec:
  completions: 3
  parallelism: 3
  completionMode: Indexed
  backoffLimitPerIndex: 0
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox:1
        command: [sh, -c, 'echo part $JOB_COMPLETION_INDEX of $(hostname); test $JOB_COMPLETION_INDEX != 1']
`);
    await kubectl('wait --for=condition=failed job/parts --timeout=60s');
    const indexes = await kubectl(
      'get job parts -o jsonpath={.status.completedIndexes}/{.status.failedIndexes}',
    );
    assert.equal(indexes, '0,2/1');
    const log = await kubectl('logs -l batch.kubernetes.io/job-completion-index=2');
    assert.equal(log, 'part 2 of parts-2\n');
    await kubectl('delete job parts');
  });

  test('pods of a suspended Job end, and it goes on when it may', async () => {
    await kubectl('create job pause --image=busybox:1 -- sh -c true');
    await cluster.apply(`
apiVersion: batch/v1
kind: Job
metadata: {name: held}
spec:
  suspend: true
  ttlSecondsAfterFinished: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "busybox:1", command: [sh, -c, "true"]}]
`);
    await kubectl('wait --for=condition=suspended job/held --timeout=30s');
    assert.equal(await kubectl('get pods -l batch.kubernetes.io/job-name=held -o name'), '');
    await cluster.kubectl(['patch', 'job', 'held', '-p', '{"spec":{"suspend":false}}']);
    // Its time to live is over at once.
    await kubectl('wait --for=delete job/held --timeout=60s');
    await kubectl('delete job pause');
  });

  jobPolicyTests(client);

  test('drain waits for a budget', async () => {
    await cluster.apply(webDeployment);
    await kubectl('rollout status deployment/web --timeout=60s');
    await kubectl('create pdb web --selector=app=web --min-available=2');
    await eventually('the budget is worked out', async () => {
      const path = 'get pdb web -o jsonpath={.status.currentHealthy}/{.status.disruptionsAllowed}';
      assert.equal(await kubectl(path), '2/0');
    });
    const node = (await kubectl('get nodes -o name')).trim().replace('node/', '');
    const drain = ['drain', node, '--pod-selector=app=web', '--timeout=1s'];
    const refused = await cluster.run({ label: 'kubectl', program: 'kubectl' }, drain);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stderr,
      /Cannot evict pod as it would violate the pod's disruption budget/,
    );
    await kubectl('uncordon ' + node);
    await cluster.kubectl(['patch', 'pdb', 'web', '-p', '{"spec":{"minAvailable":1}}']);
    // One after the other, each when the one before has its successor: the node takes it, once uncordoned.
    const waiting = kubectl(`drain ${node} --pod-selector=app=web --timeout=60s`);
    await eventually('the first pod is gone', async () => {
      const path = 'get pdb web -o jsonpath={.status.currentHealthy}';
      assert.equal(await kubectl(path), '1');
    });
    await kubectl('uncordon ' + node);
    await waiting;
    await kubectl('uncordon ' + node);
    await kubectl('delete pdb web');
    await kubectl('rollout status deployment/web --timeout=60s');
  });

  test("Debian's kubectl drains, too", async () => {
    const old = kubectls().at(-1);
    assert.ok(old);
    const node = (await kubectl('get nodes -o name')).trim().replace('node/', '');
    const drain = ['drain', node, '--pod-selector=app=web', '--timeout=60s'];
    const outcome = await cluster.run(old, drain);
    await kubectl('uncordon ' + node);
    assert.equal(outcome.code, 0, outcome.stderr);
    await kubectl('rollout status deployment/web --timeout=60s');
  });

  for (const each of kubectls()) {
    test(`top, by ${each.label}`, async () => {
      const top = async (line: string): Promise<string> => {
        const outcome = await cluster.run(each, ['top', ...line.split(' ')]);
        assert.equal(outcome.code, 0, outcome.stderr);
        return outcome.stdout;
      };
      await eventually('pods have figures', async () => {
        assert.match(await top('pods -l app=web --containers'), /web-\S+ +main +\d+m +\d+Mi/);
      });
      assert.match(await top('nodes'), /\d+m +\d+% +\d+Mi +\d+%/);
    });
  }

  budgetTests(client);
  autoscalingTests(client);

  test('a namespace with a quota and limits', async () => {
    await kubectl('create namespace team');
    await cluster.apply(`
apiVersion: v1
kind: LimitRange
metadata: {name: usual, namespace: team}
spec: {limits: [{type: Container, default: {cpu: 100m}, max: {cpu: "1"}}]}
`);
    await kubectl('create quota small -n team --hard=pods=1,requests.cpu=500m');
    const run = (name: string) =>
      cluster.run({ label: 'kubectl', program: 'kubectl' }, [
        'run',
        name,
        '-n',
        'team',
        '--image=busybox:1',
        '--',
        'sleep',
        '3600',
      ]);
    assert.equal((await run('one')).code, 0);
    assert.match(
      (await run('two')).stderr,
      /pods "two" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1/,
    );
    assert.match(await kubectl('describe quota small -n team'), /requests.cpu +100m +500m/);
    await kubectl('delete pod one -n team --grace-period=0 --force');
    await eventually('the place is free', async () => {
      assert.match(await kubectl('get quota -n team'), /pods: 0\/1/);
    });
    await kubectl('delete namespace team');
  });

  quotaTests(client);
  cronJobs.tests();
});
