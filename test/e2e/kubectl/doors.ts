/** Other ways in: the API through a local proxy, what runs through the API, certificates for people. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

async function certificateFor(user: User, name: string): Promise<string> {
  await user.ok(
    `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -subj /O=builders/CN=${name} -out ${name}.csr`,
  );
  const request = (await user.ok(`base64 -w0 ${name}.csr`)).trim();
  const csr = `${name}-${user.namespace}`;
  await user.apply(`
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${csr}}
spec:
  request: ${request}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [digital signature, client auth]
`);
  return csr;
}

export const doorChecks: readonly Check[] = [
  {
    name: 'proxy: the API, and through it a Service and a pod',
    run: async (user) => {
      const proxy = user.start('kubectl proxy --port=0');
      try {
        const [, port] = await proxy.shows(/Starting to serve on 127\.0\.0\.1:(\d+)/);
        const get = (path: string) =>
          user.ok(`curl -sS --fail -L --max-time 10 http://127.0.0.1:${port}${path}`);
        assert.match(await get('/version'), /"gitVersion": "v1\.36/);
        const here = `/api/v1/namespaces/${user.namespace}`;
        assert.equal(await get(`${here}/services/web:http/proxy/`), 'a page\n');
        assert.equal(await get(`${here}/services/web:80/proxy`), 'a page\n');
        const name = await user.ok(
          "kubectl get pods -l app=web -o jsonpath='{.items[0].metadata.name}'",
        );
        assert.equal(await get(`${here}/pods/${name}:8080/proxy/index.html`), 'a page\n');
        await user.fails(
          `curl -sS --fail http://127.0.0.1:${port}${here}/pods/${name}:1/proxy/`,
          /503/,
        );
      } finally {
        await proxy.stop();
      }
    },
  },
  {
    name: 'get --raw: of the server, of a Service, of a node',
    run: async (user) => {
      await user.says('kubectl get --raw /readyz', /^ok$/);
      const here = `/api/v1/namespaces/${user.namespace}`;
      await user.says(`kubectl get --raw ${here}/services/web/proxy/`, /^a page$/m);
      const node = await user.ok("kubectl get pod shell -o jsonpath='{.spec.nodeName}'");
      await user.says(`kubectl get --raw /api/v1/nodes/${node}/proxy/healthz`, /^ok$/);
      await user.says(`kubectl get --raw /api/v1/nodes/${node}/proxy/pods`, /"kind":"PodList"/);
      const page = (name: string) => `kubectl get --raw /api/v1/nodes/${node}/proxy/${name}`;
      const shell = `namespace="${user.namespace}",pod="shell"`;
      await user.says(
        page('metrics/resource'),
        new RegExp(
          `^container_cpu_usage_seconds_total\\{container="main",${shell}\\} [\\d.]+ `,
          'm',
        ),
      );
      await user.says(
        page('metrics/cadvisor'),
        new RegExp(`container="main",.*${shell}`),
        new RegExp(
          `^container_network_receive_bytes_total\\{container="",.*${shell},interface="eth0"\\} \\d+ `,
          'm',
        ),
        /^machine_cpu_cores \d+/m,
      );
      await user.says(page('metrics'), new RegExp(`kubelet_node_name{node="${node}"} 1`));
      await user.says(
        page('stats/summary'),
        /"podRef":\{"name":"shell"/,
        /"usageNanoCores":\d/,
        /"name":"eth0","rxBytes":\d/,
      );
      await user.says(page('configz'), /"kind":"KubeletConfiguration"/, /"maxPods":110/);
      await user.fails(page('nothing'), /has no page/);
      await user.fails(`kubectl get --raw ${here}/services/nothing/proxy/`, /not found/);
    },
  },
  {
    name: 'certificate approve: a certificate that the server knows',
    run: async (user) => {
      const csr = await certificateFor(user, 'builder');
      await user.says(`kubectl get csr ${csr}`, /gantry-admin.*Pending/);
      await user.says(`kubectl certificate approve ${csr}`, /approved/);
      await user.comesToSay(`kubectl get csr ${csr}`, /Approved,Issued/);
      await user.says(`kubectl describe csr ${csr}`, /Common Name: +builder/, /Approved,Issued/);
      const certificate = `kubectl get csr ${csr} -o jsonpath='{.status.certificate}'`;
      await user.ok(`${certificate} | base64 -d > builder.crt`);
      await user.ok('kubectl config view --raw --minify > builder.kubeconfig');
      await user.ok('kubectl --kubeconfig=builder.kubeconfig config unset users');
      const asBuilder =
        'kubectl --kubeconfig=builder.kubeconfig --client-certificate=builder.crt --client-key=builder.key';
      await user.fails(`${asBuilder} get pods`, /User "builder" cannot list resource "pods"/);
      await user.ok('kubectl create rolebinding builders --clusterrole=view --group=builders');
      await user.comesToSay(`${asBuilder} get pods`, /shell/);
      await user.ok(`kubectl delete csr ${csr}`);
    },
  },
  {
    name: 'certificate deny',
    run: async (user) => {
      const csr = await certificateFor(user, 'denied');
      await user.says(`kubectl certificate deny ${csr}`, /denied/);
      await user.says(`kubectl get csr ${csr}`, /Denied/);
      await user.fails(`kubectl certificate approve ${csr}`, /already Denied|mutually exclusive/);
      await user.ok(`kubectl delete csr ${csr}`);
    },
  },
];
