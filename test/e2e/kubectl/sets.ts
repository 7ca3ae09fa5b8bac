/** StatefulSets, DaemonSets and ReplicationControllers: rollout, scale, set image, describe, delete --cascade. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

const pod = (name: string, word: string): string => `
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: main, image: "busybox:1", command: [sleep, "3600"], env: [{name: WORD, value: ${word}}]}
`;

const statefulSet = (name: string, word: string, replicas = 2): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  serviceName: ${name}
${pod(name, word)}`;

const daemonSet = (name: string, word: string): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ${name}}
spec:
${pod(name, word)}`;

const controller = (name: string, replicas: number): string => `
apiVersion: v1
kind: ReplicationController
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]}]
`;

async function isRolledOut(user: User, set: string): Promise<void> {
  await user.says(
    `kubectl rollout status ${set} --timeout=60s`,
    /successfully rolled out|roll out complete/,
  );
}

/** Back and forth, as people do it, with either kind. */
async function rollsBackAndForth(
  user: User,
  set: string,
  manifest: (word: string) => string,
): Promise<void> {
  const word = (): Promise<string> =>
    user.ok(`kubectl get ${set} -o jsonpath='{.spec.template.spec.containers[0].env[0].value}'`);
  await user.apply(manifest('one'));
  await isRolledOut(user, set);
  await user.apply(manifest('two'));
  await isRolledOut(user, set);
  await user.says(`kubectl rollout history ${set}`, /^1 +<none>$/m, /^2 +<none>$/m);
  await user.says(`kubectl rollout history ${set} --revision=1`, /WORD:\s+one/);
  await user.says(`kubectl rollout undo ${set}`, /rolled back/);
  await isRolledOut(user, set);
  assert.equal(await word(), 'one');
  // The first revision has become the newest.
  await user.says(`kubectl rollout history ${set}`, /^2 +<none>\n3 +<none>$/m);
  await user.says(`kubectl rollout undo ${set} --to-revision=2`, /rolled back/);
  await isRolledOut(user, set);
  assert.equal(await word(), 'two');
  await user.fails(
    `kubectl rollout undo ${set} --to-revision=9`,
    /unable to find specified revision 9/,
  );
  await user.says(`kubectl rollout restart ${set}`, /restarted/);
  await isRolledOut(user, set);
  await user.fails(`kubectl rollout pause ${set}`, /pausing is not supported/);
}

const uidsOf = (user: User, app: string): Promise<string> =>
  user.ok(
    `kubectl get pods -l app=${app} --sort-by=.metadata.name -o jsonpath='{.items[*].metadata.uid}'`,
  );

export const setChecks: readonly Check[] = [
  {
    name: 'rollout of a StatefulSet: status, history, undo, restart',
    run: (user) => rollsBackAndForth(user, 'statefulset/sts', (word) => statefulSet('sts', word)),
  },
  {
    name: 'rollout of a DaemonSet: status, history, undo, restart',
    run: (user) => rollsBackAndForth(user, 'daemonset/ds', (word) => daemonSet('ds', word)),
  },
  {
    name: 'scale and set image: StatefulSet, ReplicationController',
    run: async (user) => {
      await user.apply(statefulSet('sized', 'one', 1));
      await user.apply(controller('counted', 1));
      await user.says('kubectl scale statefulset/sized rc/counted --replicas=2', /sized scaled/);
      await user.comesToSay('kubectl get sts sized', /^sized +2\/2 +\S+$/m);
      await user.comesToSay('kubectl get rc counted', /^counted +2 +2 +2 +\S+$/m);
      await user.says('kubectl set image sts/sized main=busybox:1.0', /image updated/);
      await user.comesToSay(
        'kubectl get sts sized -o wide',
        /^sized +1\/2 .* main +busybox:1\.0$/m,
      );
      await user.says('kubectl scale sts/sized rc/counted --replicas=0', /counted scaled/);
      await user.comesToSay(
        'kubectl get pods -l "app in (sized, counted)" -o name | wc -l',
        /^0$/m,
      );
      await user.apply(daemonSet('unsized', 'one'));
      await user.fails('kubectl scale daemonset/unsized --replicas=2', /could not find/);
    },
  },
  {
    name: 'describe: StatefulSet, DaemonSet, ReplicationController',
    run: async (user) => {
      await user.apply(statefulSet('told', 'x'));
      await user.apply(daemonSet('told-everywhere', 'x'));
      await user.apply(controller('told-often', 1));
      await user.comesToSay(
        'kubectl describe sts told',
        /^Replicas: +2 desired \| 2 total$/m,
        /^Update Strategy: +RollingUpdate$/m,
        /SuccessfulCreate .* statefulset-controller +create Pod told-0 in StatefulSet told successful/,
      );
      await user.comesToSay(
        'kubectl describe ds told-everywhere',
        /^Number of Nodes Scheduled with Available Pods: 1$/m,
        /SuccessfulCreate .* daemonset-controller +Created pod: told-everywhere-/,
      );
      await user.comesToSay(
        'kubectl describe rc told-often',
        /^Replicas: +1 current \/ 1 desired$/m,
        /SuccessfulCreate .* replication-controller +Created pod: told-often-/,
      );
    },
  },
  {
    name: 'delete --cascade: orphan, and taken on again; foreground',
    run: async (user) => {
      await user.apply(statefulSet('left', 'one'));
      await isRolledOut(user, 'statefulset/left');
      const before = await uidsOf(user, 'left');
      await user.ok('kubectl delete sts left --cascade=orphan');
      await user.fails('kubectl get sts left', /NotFound/);
      assert.equal(await uidsOf(user, 'left'), before);
      await user.apply(statefulSet('left', 'one'));
      await user.comesToSay('kubectl get sts left', /^left +2\/2 /m);
      assert.equal(await uidsOf(user, 'left'), before);
      await user.ok('kubectl delete sts left --cascade=foreground --timeout=60s');
      await user.says('kubectl get pods -l app=left -o name | wc -l', /^0$/m);
      await user.says('kubectl get controllerrevisions -l app=left -o name | wc -l', /^0$/m);
    },
  },
  {
    name: 'label: a pod that no longer fits is let go, and replaced',
    run: async (user) => {
      await user.apply(daemonSet('fits', 'one'));
      await isRolledOut(user, 'daemonset/fits');
      const first = (await user.ok('kubectl get pods -l app=fits -o name')).trim();
      await user.ok(`kubectl label ${first} app=other --overwrite`);
      await user.comesToSay('kubectl get ds fits', /^fits +1 +1 +1 +1 +1 /m);
      await user.comesToSay('kubectl get pods -l app=fits -o name', /^pod\/fits-\w+$/m);
      const owners = await user.ok(
        `kubectl get ${first} -o jsonpath='{.metadata.ownerReferences}'`,
      );
      assert.equal(owners, '');
      await user.ok(`kubectl delete ${first}`);
    },
  },
];
