/** scale and rollout: a Deployment through its life. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

const deployment = (name: string, word: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - {name: main, image: "busybox:1", command: [sleep, "3600"], env: [{name: WORD, value: ${word}}]}
`;

async function rolledOut(user: User, name: string): Promise<void> {
  await user.says(
    `kubectl rollout status deployment/${name} --timeout=60s`,
    /successfully rolled out/,
  );
}

const wordOf = (user: User, name: string): Promise<string> =>
  user.ok(
    `kubectl get deployment ${name} -o jsonpath='{.spec.template.spec.containers[0].env[0].value}'`,
  );

export const rolloutChecks: readonly Check[] = [
  {
    name: 'scale: --replicas, --current-replicas, several',
    run: async (user) => {
      await user.apply(deployment('scaled', 'one'));
      await user.says('kubectl scale deployment/scaled --replicas=3', /scaled/);
      await rolledOut(user, 'scaled');
      await user.says('kubectl get deployment scaled', /^scaled +3\/3 +3 +3/m);
      await user.fails(
        'kubectl scale deployment/scaled --current-replicas=9 --replicas=1',
        /[Ee]xpected replicas to be 9, was 3/,
      );
      await user.ok('kubectl scale deployment/scaled --current-replicas=3 --replicas=0');
      await user.comesToSay('kubectl get pods -l app=scaled -o name | wc -l', /^0$/m);
    },
  },
  {
    name: 'rollout: status, history, undo',
    run: async (user) => {
      await user.apply(deployment('rolled', 'one'));
      await rolledOut(user, 'rolled');
      const watched = user.start('kubectl rollout status deployment/rolled --timeout=60s');
      await watched.ends();
      await user.apply(deployment('rolled', 'two'));
      await rolledOut(user, 'rolled');
      await user.says('kubectl rollout history deployment/rolled', /^1 +<none>$/m, /^2 +<none>$/m);
      await user.says('kubectl rollout history deployment/rolled --revision=1', /WORD:\s+one/);
      await user.says('kubectl rollout undo deployment/rolled', /rolled back/);
      await rolledOut(user, 'rolled');
      assert.equal(await wordOf(user, 'rolled'), 'one');
      await user.says('kubectl rollout undo deployment/rolled --to-revision=2', /rolled back/);
      await rolledOut(user, 'rolled');
      assert.equal(await wordOf(user, 'rolled'), 'two');
      await user.fails(
        'kubectl rollout undo deployment/rolled --to-revision=9',
        /unable to find specified revision 9/,
      );
    },
  },
  {
    name: 'rollout: pause, resume, restart',
    run: async (user) => {
      await user.apply(deployment('paused', 'one'));
      await rolledOut(user, 'paused');
      const sets = 'kubectl get replicaset -l app=paused -o name | wc -l';
      await user.says('kubectl rollout pause deployment/paused', /paused paused/);
      await user.ok('kubectl set env deployment/paused WORD=two');
      await user.comesToSay(
        "kubectl get deployment paused -o jsonpath='{.metadata.generation} {.status.observedGeneration}'",
        /^(\d+) \1$/,
      );
      await user.says(sets, /^1$/m);
      await user.says('kubectl rollout resume deployment/paused', /paused resumed/);
      await rolledOut(user, 'paused');
      await user.says(sets, /^2$/m);
      await user.says('kubectl rollout restart deployment/paused', /paused restarted/);
      await rolledOut(user, 'paused');
      await user.says(sets, /^3$/m);
    },
  },
];
