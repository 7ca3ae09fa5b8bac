/** Verbs about nodes, on one of their own that no machine stands behind: others' pods stay where they are. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

async function makeNode(user: User, purpose: string): Promise<string> {
  const name = `${purpose}-${user.namespace}`;
  const ready = '{type: Ready, status: "True", reason: Test, message: ""}';
  await user.ok(
    'kubectl create -f -',
    `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {conditions: [${ready}]}\n`,
  );
  return name;
}

/** Nobody has to end it: with no grace it goes at once. */
const podOn = (node: string, name: string, labels: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {${labels}}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "busybox:1"}]
`;

/** A budget counts only what is ready; here nobody else would say that it is. */
async function becomeReady(user: User, name: string): Promise<void> {
  const pod = JSON.parse(await user.ok(`kubectl get pod ${name} -o json`)) as { status: object };
  const condition = { type: 'Ready', status: 'True' };
  pod.status = { ...pod.status, phase: 'Running', conditions: [condition] };
  const path = `/api/v1/namespaces/${user.namespace}/pods/${name}/status`;
  await user.ok(`kubectl replace --raw ${path} -f -`, JSON.stringify(pod));
}

export const nodeChecks: readonly Check[] = [
  {
    name: 'cordon, uncordon',
    run: async (user) => {
      const node = await makeNode(user, 'cordoned');
      await user.says(`kubectl cordon ${node}`, new RegExp(`node/${node} cordoned`));
      await user.says(`kubectl cordon ${node}`, /already cordoned/);
      await user.says(`kubectl get node ${node}`, /SchedulingDisabled/);
      await user.says(
        `kubectl get node ${node} -o jsonpath='{.spec.taints[*].key}'`,
        /node.kubernetes.io\/unschedulable/,
      );
      await user.says(`kubectl uncordon ${node}`, new RegExp(`node/${node} uncordoned`));
      assert.doesNotMatch(await user.ok(`kubectl get node ${node}`), /SchedulingDisabled/);
      await user.ok(`kubectl delete node ${node}`);
    },
  },
  {
    name: 'taint: set, overwrite, remove',
    run: async (user) => {
      const node = await makeNode(user, 'tainted');
      const taints = `kubectl get node ${node} -o jsonpath='{.spec.taints[?(@.key=="a")]}'`;
      await user.says(`kubectl taint node ${node} a=b:NoSchedule`, /tainted/);
      await user.says(taints, /"effect":"NoSchedule".*"value":"b"/);
      await user.fails(
        `kubectl taint node ${node} a=c:NoSchedule`,
        /already has a taint|overwrite/,
      );
      await user.ok(`kubectl taint node ${node} a=c:NoSchedule --overwrite`);
      await user.says(taints, /"value":"c"/);
      await user.fails(`kubectl taint node ${node} a=c:Sometimes`, /invalid taint effect/);
      await user.says(`kubectl taint node ${node} a:NoSchedule-`, /untainted/);
      assert.equal(await user.ok(taints), '');
      await user.ok(`kubectl delete node ${node}`);
    },
  },
  {
    name: 'drain: evicts, leaves a budget alone, and says what it does not touch',
    run: async (user) => {
      const node = await makeNode(user, 'drained');
      await user.apply(`${podOn(node, 'alone', 'a: b')}---${podOn(node, 'kept', 'keep: me')}`);
      await user.fails(`kubectl drain ${node}`, /declare no controller|not managed by/);
      await becomeReady(user, 'kept');
      await user.apply(`
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: kept}
spec: {minAvailable: 1, selector: {matchLabels: {keep: me}}}
`);
      await user.comesToSay('kubectl get pdb kept', /^kept +1 +N\/A +0 /m);
      await user.fails(
        `kubectl drain ${node} --force --timeout=2s`,
        /Cannot evict pod as it would violate the pod's disruption budget/,
      );
      await user.fails('kubectl get pod alone', /not found/);
      await user.says('kubectl get pod kept', /kept/);
      await user.ok('kubectl delete poddisruptionbudget kept');
      await user.says(
        `kubectl drain ${node} --force`,
        new RegExp(`pod/kept evicted[^]*node/${node} (drained|evicted)`),
      );
      await user.says(`kubectl get node ${node}`, /SchedulingDisabled/);
      await user.ok(`kubectl delete node ${node}`);
    },
  },
];
