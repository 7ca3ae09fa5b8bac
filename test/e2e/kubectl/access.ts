/** Who may what: auth, tokens, roles, acting as somebody else. */
import assert from 'node:assert/strict';
import type { Check } from './user.ts';

export const accessChecks: readonly Check[] = [
  {
    name: 'auth can-i: oneself, somebody else, the list',
    run: async (user) => {
      await user.says('kubectl auth can-i create pods', /^yes$/m);
      await user.says("kubectl auth can-i '*' '*' --all-namespaces", /^yes$/m);
      await user.says('kubectl auth can-i get pods --as=nobody || true', /^no$/m);
      await user.ok('kubectl create role asker --verb=get,list --resource=pods,pods/log');
      await user.ok('kubectl create rolebinding asker --role=asker --user=asker');
      await user.comesToSay('kubectl auth can-i list pods --as=asker', /^yes$/m);
      await user.says('kubectl auth can-i get pods --subresource=log --as=asker', /^yes$/m);
      await user.says('kubectl auth can-i delete pods --as=asker || true', /^no$/m);
      await user.says('kubectl auth can-i --list --as=asker', /^pods +\[\] +\[\] +\[get list\]/m);
      await user.says('kubectl get pods --as=asker', /shell/);
      await user.fails(
        'kubectl get secrets --as=asker',
        /User "asker" cannot list resource "secrets" in API group "" in the namespace/,
      );
    },
  },
  {
    name: 'auth whoami',
    since: 28,
    run: async (user) => {
      await user.says('kubectl auth whoami', /^Groups +\[system:masters system:authenticated\]$/m);
      await user.says('kubectl auth whoami --as=ada', /^Username +ada/m);
    },
  },
  {
    name: 'auth reconcile',
    run: async (user) => {
      const rule = '{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}';
      const role = `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"reconciled","namespace":"${user.namespace}"},"rules":[${rule}]}`;
      const file = user.file('role.json', role);
      await user.says(`kubectl auth reconcile -f ${file}`, /reconciled/);
      await user.says('kubectl get role reconciled -o yaml', /- pods/);
    },
  },
  {
    name: 'create token: good for a login, for its audience and time',
    since: 24,
    run: async (user) => {
      await user.ok('kubectl create serviceaccount visitor');
      const token = (await user.ok('kubectl create token visitor --duration=20m')).trim();
      const asVisitor = `kubectl --kubeconfig=visitor.kubeconfig`;
      await user.ok('kubectl config view --raw --minify > visitor.kubeconfig');
      await user.ok(`${asVisitor} config unset users`);
      await user.ok(`${asVisitor} config set-credentials gantry-verbs --token=${token}`);
      const name = `system:serviceaccount:${user.namespace}:visitor`;
      assert.equal(
        await user.ok(`${asVisitor} auth whoami -o jsonpath='{.status.userInfo.username}'`),
        name,
      );
      await user.fails(
        `${asVisitor} get pods`,
        new RegExp(`User "${name}" cannot list resource "pods"`),
      );
      await user.ok(
        `kubectl create rolebinding visitor --clusterrole=view --serviceaccount=${user.namespace}:visitor`,
      );
      await user.comesToSay(`${asVisitor} get pods`, /shell/);
    },
  },
  {
    name: 'Pod Security: the labels of a namespace refuse, warn, and tell of what is there',
    run: async (user) => {
      const name = `${user.namespace}-strict`;
      await user.ok(`kubectl create namespace ${name}`);
      const at = (level: string) => `pod-security.kubernetes.io/${level}`;
      await user.ok(`kubectl label namespace ${name} ${at('enforce=baseline')}`);
      await user.fails(
        `kubectl run -n ${name} strong --image=busybox:1 --overrides='{"spec":{"hostNetwork":true}}'`,
        /pods "strong" is forbidden: violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)/,
      );
      await user.ok(`kubectl run -n ${name} weak --image=busybox:1 --command -- sleep 3600`);
      await user.says(
        `kubectl label namespace ${name} ${at('enforce=restricted')} --overwrite 2>&1`,
        /Warning: existing pods in namespace ".*" violate the new PodSecurity enforce level "restricted:latest"/,
        /Warning: weak: allowPrivilegeEscalation != false, unrestricted capabilities/,
      );
      await user.ok(`kubectl label namespace ${name} ${at('warn=restricted')}`);
      await user.says(
        `kubectl create deployment -n ${name} web --image=busybox:1 2>&1`,
        /Warning: would violate PodSecurity "restricted:latest": .*must set securityContext.seccompProfile.type/,
      );
      await user.fails(
        `kubectl label namespace ${name} ${at('enforce=none')} --overwrite`,
        /must be one of privileged, baseline, restricted/,
      );
      await user.ok(`kubectl delete namespace ${name} --wait=false`);
    },
  },
  {
    name: 'a token secret of an account: filled, good for the API, and worth nothing once it is gone',
    run: async (user) => {
      await user.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: outside}
---
apiVersion: v1
kind: Secret
metadata: {name: outside-token, annotations: {kubernetes.io/service-account.name: outside}}
type: kubernetes.io/service-account-token
`);
      await user.comesToSay('kubectl describe secret outside-token', /^token: +\S/m, /^ca.crt:/m);
      await user.says('kubectl describe serviceaccount outside', /^Tokens: +outside-token$/m);
      const read = "kubectl get secret outside-token -o jsonpath='{.data.token}' | base64 -d";
      const token = await user.ok(read);
      const server = await user.ok(
        "kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'",
      );
      const login = `--server=${server} --insecure-skip-tls-verify --token=${token}`;
      const whoami = `KUBECONFIG=/dev/null kubectl get pods ${login}`;
      await user.fails(whoami, /User "system:serviceaccount:[^"]*:outside" cannot list/);
      await user.ok('kubectl delete secret outside-token');
      await user.fails(whoami, /logged in|Unauthorized/);
    },
  },
];
