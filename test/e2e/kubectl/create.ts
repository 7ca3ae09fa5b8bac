/** `kubectl create` in all its forms, run and expose without attaching. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

const created = (command: string, says: RegExp, look?: readonly [string, RegExp]): Check => ({
  name: `create ${command.split(' --')[0]}`,
  run: async (user) => {
    await user.says(`kubectl create ${command}`, says);
    if (look) await user.says(`kubectl get ${look[0]}`, look[1]);
  },
});

async function certificate(user: User): Promise<void> {
  const subject =
    "-subj /CN=web.example -days 1 -nodes -newkey ec -pkeyopt 'ec_paramgen_curve:P-256'";
  await user.ok(`openssl req -x509 ${subject} -keyout tls.key -out tls.crt 2>&1`);
}

export const createChecks: readonly Check[] = [
  created(
    'deployment made --image=busybox:1 --replicas=0 --port=80 -- sleep 9',
    /deployment.apps\/made created/,
    [
      "deployment made -o jsonpath='{.spec.template.spec.containers[0].command}'",
      /\["sleep","9"\]/,
    ],
  ),
  created('configmap made --from-literal=a=1 --from-file=kubeconfig', /configmap\/made created/, [
    'configmap made',
    /^made +2/m,
  ]),
  created('secret generic made --from-literal=a=1', /secret\/made created/, [
    'secret made',
    /Opaque +1/,
  ]),
  created(
    'secret docker-registry registry --docker-server=r.example --docker-username=u --docker-password=p',
    /secret\/registry created/,
    ['secret registry', /kubernetes\.io\/dockerconfigjson +1/],
  ),
  created('serviceaccount made', /serviceaccount\/made created/),
  created('service clusterip made-cluster --tcp=80:8080', /service\/made-cluster created/, [
    'service made-cluster',
    /ClusterIP +10\.[\d.]+ +<none> +80\/TCP/,
  ]),
  created('service nodeport made-node --tcp=80', /service\/made-node created/, [
    'service made-node',
    /NodePort .* 80:3\d{4}\/TCP/,
  ]),
  created('service externalname made-external --external-name=a.example', /created/, [
    'service made-external',
    /ExternalName +<none> +a\.example/,
  ]),
  created(
    'role made --verb=get,list --resource=pods,deployments.apps',
    /role\.rbac\S*\/made created/,
  ),
  created(
    'rolebinding made --role=made --serviceaccount=default:default',
    /rolebinding\S*\/made created/,
  ),
  created('ingress made --class=gantry --rule=made.example/a*=web:80', /ingress\S*\/made created/, [
    'ingress made',
    /gantry +made\.example/,
  ]),
  {
    name: 'create secret tls',
    run: async (user) => {
      await certificate(user);
      await user.says('kubectl create secret tls made-tls --cert=tls.crt --key=tls.key', /created/);
      await user.says('kubectl get secret made-tls', /kubernetes\.io\/tls +2/);
    },
  },
  {
    name: 'create service loadbalancer: its port answers on the gateway',
    run: async (user) => {
      const port = 19_000 + user.minor;
      await user.ok(`kubectl create service loadbalancer made-lb --tcp=${port}:8080`);
      await user.ok('kubectl set selector service made-lb app=web');
      const address = await user.comesToSay(
        "kubectl get service made-lb -o jsonpath='{.status.loadBalancer.ingress[0].ip}'",
        /^\d+\.\d+\.\d+\.\d+$/,
      );
      await user.comesToSay(`curl -sS --max-time 5 http://${address}:${port}/`, /^a page$/m);
    },
  },
  {
    name: 'create namespace, clusterrole, clusterrolebinding: and delete them',
    run: async (user) => {
      const name = `${user.namespace}-made`;
      await user.says(`kubectl create namespace ${name}`, /created/);
      await user.comesToSay(
        `kubectl -n ${name} get serviceaccount,configmap`,
        /\/default /,
        /kube-root-ca\.crt/,
      );
      await user.ok(`kubectl create clusterrole ${name} --verb=get --resource=nodes`);
      await user.ok(
        `kubectl create clusterrolebinding ${name} --clusterrole=${name} --user=${name}`,
      );
      await user.says(`kubectl auth can-i get nodes --as=${name}`, /^yes$/m);
      await user.ok(`kubectl delete clusterrolebinding,clusterrole ${name}`);
      await user.says(`kubectl auth can-i get nodes --as=${name} || true`, /^no$/m);
      await user.says(`kubectl delete namespace ${name}`, /deleted/);
      await user.fails(`kubectl get namespace ${name}`, /not found/);
    },
  },
  {
    name: 'create --dry-run=client -o yaml',
    run: async (user) => {
      await user.says(
        'kubectl create deployment dry --image=i --dry-run=client -o yaml',
        /kind: Deployment/,
      );
      await user.fails('kubectl get deployment dry', /not found/);
    },
  },
  {
    name: 'run: a pod with labels, variables and a port',
    run: async (user) => {
      const flags = '--image=busybox:1 --labels=ran=yes --env=A=b --port=80 --restart=Never';
      await user.says(`kubectl run ran ${flags} --command -- sh -c 'echo $A'`, /pod\/ran created/);
      await user.comesToSay('kubectl get pod ran', /Completed/);
      assert.equal(await user.ok('kubectl logs -l ran=yes'), 'b\n');
      await user.ok('kubectl delete pod ran');
    },
  },
  {
    name: 'expose: a Service for a Deployment',
    run: async (user) => {
      await user.says(
        'kubectl expose deployment web --name=exposed --port=81 --target-port=8080',
        /exposed/,
      );
      const address = await user.ok("kubectl get service exposed -o jsonpath='{.spec.clusterIP}'");
      await user.comesToSay(`curl -sS --max-time 5 http://${address}:81/`, /^a page$/m);
    },
  },
];
