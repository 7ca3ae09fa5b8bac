/** Verbs that kubectl answers mostly by itself: they must find what they look for here. */
import assert from 'node:assert/strict';
import type { Check } from './user.ts';

export const clientChecks: readonly Check[] = [
  {
    name: 'config: contexts of one’s own, and others’ left intact',
    run: async (user) => {
      const mine = 'kubectl --kubeconfig=mine';
      user.file(
        'mine',
        'apiVersion: v1\nkind: Config\nclusters: [{name: other, cluster: {server: "https://192.0.2.1"}}]\ncontexts: [{name: other, context: {cluster: other, user: ""}}]\ncurrent-context: other\n',
      );
      await user.ok(
        'cp mine before && KUBECONFIG=mine:kubeconfig kubectl config view --flatten > both',
      );
      const both = 'kubectl --kubeconfig=both';
      assert.equal(await user.ok(`${both} config current-context`), 'other\n');
      await user.says(`${both} config get-contexts -o name`, /^gantry-verbs$/m, /^other$/m);
      await user.ok(`${both} config use-context gantry-verbs`);
      await user.says(`${both} get pods`, /shell/);
      await user.ok(
        `${mine} config set-context more --cluster=other && ${mine} config delete-context more`,
      );
      await user.says(`${mine} config get-clusters`, /^other$/m);
    },
  },
  {
    name: 'kustomize, and apply -k: names, labels and a generated ConfigMap',
    since: 21,
    run: async (user) => {
      user.file(
        'greeting.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: greeting}\ndata: {a: b}\n',
      );
      user.file(
        'kustomization.yaml',
        'resources: [greeting.yaml]\nnamePrefix: my-\nconfigMapGenerator: [{name: made, literals: [c=d]}]\n',
      );
      await user.says('kubectl kustomize .', /name: my-greeting/, /name: my-made-/);
      await user.says(
        'kubectl apply -k .',
        /configmap\/my-greeting created/,
        /my-made-\w+ created/,
      );
      await user.says('kubectl get configmap my-greeting -o yaml', /a: b/);
      await user.says('kubectl delete -k .', /"my-greeting" deleted/);
    },
  },
  {
    name: 'cluster-info dump: every kind that it asks for, into files',
    run: async (user) => {
      await user.ok(
        `kubectl cluster-info dump --namespaces ${user.namespace} --output-directory=dump`,
      );
      const files = await user.ok('ls dump dump/*');
      for (const name of ['nodes', 'pods', 'services', 'events', 'deployments', 'daemonsets'])
        assert.match(files, new RegExp(`^${name}\\.json$`, 'm'));
      await user.says(`cat dump/${user.namespace}/shell/logs.txt`, /one\ntwo\nthree/);
    },
  },
  {
    name: 'options, completion, plugin',
    run: async (user) => {
      await user.says('kubectl options', /--kubeconfig/);
      await user.says('kubectl completion bash', /__start_kubectl/);
      await user.ok(
        'printf "#!/bin/sh\\nkubectl get pod shell -o name\\n" > bin/kubectl-hello && chmod +x bin/kubectl-hello',
      );
      await user.says('kubectl plugin list', /kubectl-hello/);
      await user.says('kubectl hello', /^pod\/shell$/m);
    },
  },
  {
    name: 'completion of names: asks the server',
    since: 23,
    run: async (user) => {
      await user.says('kubectl __complete get pods sh', /^shell$/m);
      await user.says('kubectl __complete get deploym ""', /.*/);
    },
  },
  {
    name: 'set selector, serviceaccount, subject',
    run: async (user) => {
      await user.ok('kubectl create service clusterip chosen --tcp=80');
      await user.ok("kubectl set selector service chosen 'app=web'");
      await user.says("kubectl get service chosen -o jsonpath='{.spec.selector}'", /"app":"web"/);
      await user.ok('kubectl create serviceaccount runner');
      await user.ok('kubectl create deployment ran --image=i:1 --replicas=0');
      await user.ok('kubectl set serviceaccount deployment ran runner');
      await user.says(
        "kubectl get deployment ran -o jsonpath='{.spec.template.spec.serviceAccountName}'",
        /^runner$/,
      );
      await user.ok('kubectl create rolebinding subjects --clusterrole=view --user=one');
      await user.ok('kubectl set subject rolebinding subjects --user=two --group=many');
      await user.says(
        "kubectl get rolebinding subjects -o jsonpath='{.subjects[*].name}'",
        /^one two many$|^one many two$/,
      );
    },
  },
];
