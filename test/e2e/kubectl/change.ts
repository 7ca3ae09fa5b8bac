/** Verbs that change an object that is there, and delete. */
import assert from 'node:assert/strict';
import type { Check } from './user.ts';

const sleeper = (name: string, grace: number): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {sleeper: ${name}}}
spec:
  terminationGracePeriodSeconds: ${grace}
  containers: [{name: main, image: "busybox:1", command: [sleep, "3600"]}]
`;

export const changeChecks: readonly Check[] = [
  {
    name: 'edit: with the editor of the user',
    run: async (user) => {
      await user.ok('kubectl create configmap edited --from-literal=word=before');
      const edit = "KUBE_EDITOR='sed -i s/before/after/' kubectl edit configmap edited";
      await user.says(edit, /configmap\/edited edited/);
      await user.says('kubectl get configmap edited -o yaml', /word: after/);
      await user.says(
        'KUBE_EDITOR=true kubectl edit configmap edited 2>&1',
        /cancelled, no changes made/,
      );
    },
  },
  {
    name: 'patch: strategic, merge, json',
    run: async (user) => {
      const template = '{"containers":[{"name":"a","image":"i:1"},{"name":"b","image":"i:1"}]}';
      const labels = '{"matchLabels":{"app":"patched"}}';
      await user.apply(
        `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"patched"},"spec":{"replicas":0,"selector":${labels},"template":{"metadata":{"labels":{"app":"patched"}},"spec":${template}}}}`,
      );
      const patch = (body: string, type = 'strategic') =>
        user.says(
          `kubectl patch deployment patched --type=${type} -p '${body}'`,
          /patched patched/,
        );
      const images = () =>
        user.ok(
          "kubectl get deployment patched -o jsonpath='{.spec.template.spec.containers[*].image}'",
        );
      await patch('{"spec":{"template":{"spec":{"containers":[{"name":"b","image":"i:2"}]}}}}');
      assert.equal(await images(), 'i:1 i:2');
      await patch(
        '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"i:3"}]',
        'json',
      );
      assert.equal(await images(), 'i:3 i:2');
      await patch(
        '{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:4"}]}}}}',
        'merge',
      );
      assert.equal(await images(), 'i:4');
      await user.fails(
        `kubectl patch deployment patched --type=json -p '[{"op":"remove","path":"/spec/nothing"}]'`,
        /request is invalid/,
      );
      await user.fails(
        `kubectl patch deployment patched -p '{"spec":{"replicas":-1}}'`,
        /greater than or equal to 0/,
      );
    },
  },
  {
    name: 'label and annotate: set, overwrite, remove',
    run: async (user) => {
      await user.ok('kubectl create configmap marked');
      for (const verb of ['label', 'annotate']) {
        await user.ok(`kubectl ${verb} configmap marked team=a`);
        await user.fails(`kubectl ${verb} configmap marked team=b`, /--overwrite is false/);
        await user.ok(`kubectl ${verb} configmap marked team=b --overwrite`);
        const shown = "kubectl get configmap marked -o jsonpath='{.metadata}'";
        await user.says(shown, /"team":"b"/);
        await user.ok(`kubectl ${verb} configmap marked team-`);
        assert.doesNotMatch(await user.ok(shown), /team/);
      }
      await user.fails('kubectl label configmap marked a=b/c', /a valid label must be/);
    },
  },
  {
    name: 'delete: by file, by label, several at once',
    run: async (user) => {
      const names = ['doomed-1', 'doomed-2', 'doomed-3', 'doomed-4'];
      for (const name of names) await user.ok(`kubectl create configmap ${name}`);
      const file = user.file(
        'doomed.json',
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"doomed-1"}}',
      );
      await user.says(`kubectl delete -f ${file}`, /"doomed-1" deleted/);
      await user.fails(`kubectl delete -f ${file}`, /not found/);
      await user.ok(`kubectl delete -f ${file} --ignore-not-found`);
      await user.ok('kubectl label configmap doomed-2 doomed-3 doomed=yes');
      await user.ok('kubectl delete configmap -l doomed=yes');
      await user.says('kubectl get configmap -o name', /doomed-4/);
      await user.ok('kubectl delete configmap/doomed-4');
      assert.doesNotMatch(await user.ok('kubectl get configmap -o name'), /doomed/);
    },
  },
  {
    name: 'delete: waits for the end of a pod, or not',
    run: async (user) => {
      await user.apply(sleeper('slow', 4));
      await user.ok('kubectl wait --for=condition=Ready pod/slow --timeout=60s');
      await user.ok('kubectl delete pod slow --wait=false');
      await user.says('kubectl get pod slow', /Terminating/);
      await user.ok('kubectl wait --for=delete pod/slow --timeout=60s');
      await user.apply(sleeper('slow', 1));
      await user.ok('kubectl wait --for=condition=Ready pod/slow --timeout=60s');
      await user.ok('kubectl delete pod slow');
      await user.fails('kubectl get pod slow', /not found/);
    },
  },
  {
    name: 'delete --grace-period=0 --force: gone at once',
    run: async (user) => {
      await user.apply(sleeper('stubborn', 600));
      await user.ok('kubectl wait --for=condition=Ready pod/stubborn --timeout=60s');
      const forced = 'kubectl delete pod stubborn --grace-period=0 --force 2>&1';
      await user.says(forced, /force deleted/);
      await user.fails('kubectl get pod stubborn', /not found/);
    },
  },
  {
    name: 'delete --cascade: orphan keeps what it owned, background and foreground do not',
    run: async (user) => {
      const make = (name: string) =>
        user.ok(`kubectl create deployment ${name} --image=busybox:1 --replicas=0`);
      const sets = (name: string) => `kubectl get replicaset -l app=${name} -o name`;
      await make('parent');
      const set = (await user.comesToSay(sets('parent'), /./)).trim();
      await user.ok('kubectl delete deployment parent --cascade=orphan');
      const owner = `kubectl get ${set} -o jsonpath='{.metadata.ownerReferences}'`;
      assert.equal(await user.ok(owner), '');
      await user.ok(`kubectl delete ${set}`);
      for (const cascade of ['background', 'foreground']) {
        await make(cascade);
        await user.comesToSay(sets(cascade), /./);
        await user.ok(`kubectl delete deployment ${cascade} --cascade=${cascade}`);
        await user.comesToSay(`${sets(cascade)} | wc -l`, /^0$/m);
      }
    },
  },
  {
    name: 'wait: a condition, by name and by label; a time that is not enough',
    run: async (user) => {
      await user.ok('kubectl wait --for=condition=Available deployment/web --timeout=30s');
      await user.ok('kubectl wait --for=condition=Ready pod -l role=shell --timeout=30s');
      await user.fails('kubectl wait --for=condition=Nothing pod/shell --timeout=1s', /timed out/);
    },
  },
  {
    name: 'wait --for=jsonpath',
    since: 23,
    run: async (user) => {
      await user.ok(
        "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/shell --timeout=30s",
      );
    },
  },
  {
    name: 'set image, env, resources; autoscale',
    run: async (user) => {
      await user.ok('kubectl create deployment set --image=i:1 --replicas=0');
      await user.ok('kubectl set image deployment/set i=i:2');
      await user.ok('kubectl set env deployment/set A=b');
      await user.ok('kubectl set resources deployment/set --limits=cpu=100m');
      const container =
        "kubectl get deployment set -o jsonpath='{.spec.template.spec.containers[0]}'";
      await user.says(container, /"image":"i:2"/, /"name":"A","value":"b"/, /"cpu":"100m"/);
      await user.says(
        'kubectl autoscale deployment set --min=1 --max=2 --cpu-percent=50',
        /horizontalpodautoscaler.autoscaling\/set autoscaled/,
      );
      await user.says('kubectl get hpa set', /Deployment\/set\s.*50%\s+1\s+2\s/);
    },
  },
];
