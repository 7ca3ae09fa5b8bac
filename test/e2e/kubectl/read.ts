/** Verbs that only look. */
import assert from 'node:assert/strict';
import type { Check } from './user.ts';

export const readChecks: readonly Check[] = [
  {
    name: 'get: a table, wide, by name',
    run: async (user) => {
      await user.says('kubectl get pod shell', /^NAME +READY +STATUS +RESTARTS +AGE\nshell +2\/2/);
      await user.says('kubectl get pods -o wide', /NODE +NOMINATED NODE/, /^shell .* \d+\.\d+\./m);
      await user.says('kubectl get pod/shell svc/web -o name', /^pod\/shell\nservice\/web\n$/);
      await user.says('kubectl get all', /pod\/shell/, /service\/web/, /replicaset\.apps\/web-/);
      await user.fails('kubectl get pod nothing', /pods "nothing" not found/);
      await user.fails('kubectl get things', /doesn't have a resource type "things"/);
      assert.equal(await user.ok('kubectl get pod nothing --ignore-not-found'), '');
    },
  },
  {
    name: 'get: yaml, json, jsonpath, custom columns, sorted',
    run: async (user) => {
      await user.says('kubectl get service web -o yaml', /^kind: Service$/m, /^ {2}name: web$/m);
      const json = await user.ok('kubectl get pods -o json');
      assert.equal((JSON.parse(json) as { kind: string }).kind, 'List');
      const path = "-o jsonpath='{.spec.containers[*].name}'";
      assert.equal(await user.ok(`kubectl get pod shell ${path}`), 'main side');
      const columns = '-o custom-columns=N:.metadata.name,I:.spec.containers[0].image';
      await user.says(`kubectl get pod shell ${columns}`, /^N +I\nshell +busybox:1\n$/);
      const sorted = 'kubectl get pod shell again --sort-by=.metadata.name -o name';
      assert.equal(await user.ok(sorted), 'pod/again\npod/shell\n');
    },
  },
  {
    name: 'get: labels, fields, all namespaces, in pages',
    run: async (user) => {
      const listed = (flags: string) => user.ok(`kubectl get pods -o name ${flags}`);
      assert.equal(await listed('-l role=shell'), 'pod/shell\n');
      assert.equal(
        await listed("-l 'part,role notin (shell),app!=web' | sort"),
        'pod/again\npod/echo\n',
      );
      assert.equal(await listed('--field-selector metadata.name=shell'), 'pod/shell\n');
      assert.match(await listed('--field-selector status.phase=Running'), /pod\/shell/);
      assert.equal(await listed('--field-selector spec.nodeName=nowhere'), '');
      await user.says(
        'kubectl get pods -A',
        /^NAMESPACE +NAME/,
        new RegExp(`^${user.namespace} +shell`, 'm'),
      );
      await user.says('kubectl get pods -L role --show-labels', /ROLE +LABELS/, /part=fixture/);
      const inPages = await listed('-l part=fixture --chunk-size=1 | wc -l');
      assert.equal(inPages.trim(), '3');
    },
  },
  {
    name: 'get -w: each change as it happens',
    run: async (user) => {
      const watch = user.start('kubectl get configmap -l watched -w --output-watch-events');
      try {
        await user.ok('kubectl create configmap watched');
        await user.ok('kubectl label configmap watched watched=yes');
        await watch.shows(/ADDED +watched/);
        await user.ok('kubectl patch configmap watched -p \'{"data":{"a":"b"}}\'');
        await watch.shows(/MODIFIED +watched +1/);
        await user.ok('kubectl delete configmap watched');
        await watch.shows(/DELETED +watched/);
      } finally {
        await watch.stop();
      }
    },
  },
  {
    name: 'explain',
    run: async (user) => {
      await user.says('kubectl explain pod', /KIND: +Pod/, /spec\t?.*<PodSpec>|spec\s+<Object>/);
      await user.says(
        'kubectl explain deployment.spec.replicas',
        /<integer>/,
        /Number of desired pods/,
      );
      // The field's own words, then those of its type.
      await user.says(
        "kubectl explain pod.spec | tr -s '\\n ' ' '",
        /DESCRIPTION: Specification of the desired behavior of the pod\. .* PodSpec is a description of a pod\. FIELDS:/,
      );
      await user.says('kubectl explain ingress.spec --recursive', /pathType/, /secretName/);
      await user.fails('kubectl explain pod.spec.nothing', /field "nothing" does not exist/);
    },
  },
  {
    name: 'explain: the words that a field may have',
    since: 30,
    run: async (user) => {
      await user.says(
        'kubectl explain pod.spec.restartPolicy',
        /^ENUM:\n +Always\n +Never\n +OnFailure$/m,
      );
      await user.says(
        'kubectl explain service.spec',
        /^ +enum: ClusterIP, ExternalName, LoadBalancer, NodePort$/m,
      );
    },
  },
  {
    name: 'api-resources, api-versions, cluster-info, version',
    run: async (user) => {
      await user.says(
        'kubectl api-resources',
        /^pods +po +v1 +true +Pod$/m,
        /^deployments +deploy +apps\/v1/m,
      );
      await user.says('kubectl api-resources --namespaced=false -o name', /^nodes$/m);
      await user.says(
        'kubectl api-resources --verbs=watch --api-group=apps -o name',
        /^deployments\.apps$/m,
      );
      await user.says('kubectl api-versions', /^apps\/v1$/m, /^v1$/m);
      await user.says('kubectl cluster-info', /is running at .*https:\/\/127\.0\.0\.1:\d+/);
      await user.says('kubectl version 2>/dev/null', /Server Version:.*v1\.36/);
      await user.says("kubectl get --raw '/readyz?verbose'", /readyz check passed/);
      await user.says('kubectl get componentstatuses', /^scheduler +Healthy +ok/m);
    },
  },
  {
    name: 'config view',
    run: async (user) => {
      await user.says(
        'kubectl config view --minify',
        /namespace: v1-/,
        /server: https:\/\/127\.0\.0\.1:\d+/,
      );
      await user.says('kubectl config current-context', /^gantry-verbs$/m);
    },
  },
  {
    name: 'get events: what happened to an object',
    run: async (user) => {
      const of = '--field-selector involvedObject.name=again';
      await user.comesToSay(`kubectl get events ${of}`, /Scheduled/, /Started/);
      await user.says(`kubectl get events ${of} --sort-by=.lastTimestamp -o wide`, /SUBOBJECT/);
    },
  },
  {
    name: 'events',
    since: 26,
    run: async (user) => {
      await user.comesToSay('kubectl events --for pod/again', /Scheduled/, /Started/);
      await user.says('kubectl events --types=Normal', /Pod\/shell/);
    },
  },
  {
    name: 'top: what nodes and pods use',
    run: async (user) => {
      await user.comesToSay('kubectl top pod shell', /^shell +\d+m +\d+Mi/m);
      await user.says('kubectl top pod shell --containers', /^shell +(main|side) +\d+m/m);
      await user.says('kubectl top nodes', /^\S+ +\d+m +\d+% +\d+Mi +\d+%/m);
    },
  },
];
