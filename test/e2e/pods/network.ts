/** Namespaces of the host, names, and ports on the node. */
import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { suite, test } from 'node:test';
import { eventually } from '../harness.ts';
import { valuesIn, type World } from './world.ts';

const hostPort = 21_090;

const tell =
  'for each in net pid ipc uts mnt; do echo $each=$(busybox readlink /proc/self/ns/$each); done';
const namespaces = `[sh, -c, "${tell}"]`;
/** Until the other one lives, too: the kernel gives the number of a namespace that is gone to the next one. */
const namespacesBeside = (own: string, other: string): string =>
  `[sh, -c, "${tell}; touch /both/${own}; until [ -e /both/${other} ]; do busybox usleep 10000; done"]`;
const both = 'volumeMounts: [{name: both, mountPath: /both}]';

export const networkManifest = `
apiVersion: v1
kind: Pod
metadata: {name: on-host}
spec:
  restartPolicy: Never
  hostNetwork: true
  hostPID: true
  hostIPC: true
  containers: [{name: main, image: "busybox:1", command: ${namespaces}}]
---
apiVersion: v1
kind: Pod
metadata: {name: own-namespaces}
spec:
  restartPolicy: Never
  volumes: [{name: both, emptyDir: {}}]
  containers:
  - {name: main, image: "busybox:1", command: ${namespacesBeside('main', 'other')}, ${both}}
  - {name: other, image: "busybox:1", command: ${namespacesBeside('other', 'main')}, ${both}}
---
apiVersion: v1
kind: Pod
metadata: {name: shared-processes}
spec:
  restartPolicy: Never
  shareProcessNamespace: true
  containers:
  - {name: main, image: "busybox:1", command: ${namespaces}}
  - {name: other, image: "busybox:1", command: ${namespaces}}
---
apiVersion: v1
kind: Pod
metadata: {name: names}
spec:
  restartPolicy: Never
  hostname: own
  subdomain: family
  hostAliases: [{ip: 192.0.2.7, hostnames: [first.example, second.example]}]
  dnsPolicy: None
  dnsConfig: {nameservers: [192.0.2.53], searches: [example.org], options: [{name: ndots, value: "2"}, {name: edns0}]}
  containers:
  - {name: main, image: "busybox:1", command: [cat, /etc/resolv.conf]}
  - {name: hosts, image: "busybox:1", command: [cat, /etc/hosts]}
  - {name: hostname, image: "busybox:1", command: [hostname]}
---
apiVersion: v1
kind: Pod
metadata: {name: host-port}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "echo found >/tmp/page; exec busybox httpd -f -p 8080 -h /tmp"]
    ports: [{containerPort: 8080, hostPort: ${hostPort}}]
---
apiVersion: v1
kind: Pod
metadata: {name: second-host-port}
spec:
  containers: [{name: main, image: "busybox:1", command: [sleep, "3600"], ports: [{containerPort: 8080, hostPort: ${hostPort}}]}]
`;

export function networkTests(world: World): void {
  suite('network', { concurrency: true }, () => {
    const own = (type: string): string => readlinkSync(`/proc/self/ns/${type}`);

    test('a pod on the host has the namespaces that it asks for, and the host’s address', async () => {
      const { net, pid, ipc, mnt } = valuesIn(await world.said('on-host'));
      assert.deepEqual([net, pid, ipc], [own('net'), own('pid'), own('ipc')]);
      assert.notEqual(mnt, own('mnt'));
      const { status } = await world.now('on-host');
      assert.equal(status?.podIP, status?.hostIP);
    });

    test('containers share network and names, and processes when asked', async () => {
      const first = valuesIn(await world.said('own-namespaces'));
      const second = valuesIn(await world.said('own-namespaces', 'other'));
      assert.deepEqual([first['net'], first['ipc']], [second['net'], second['ipc']]);
      assert.notEqual(first['pid'], second['pid']);
      for (const [type, namespace] of Object.entries(first)) {
        assert.notEqual(namespace, own(type), type);
      }
      const { pid } = valuesIn(await world.said('shared-processes'));
      assert.equal(pid, valuesIn(await world.said('shared-processes', 'other'))['pid']);
      assert.notEqual(pid, own('pid'));
    });

    test('names are those that the pod asks for', async () => {
      const lines = (await world.said('names')).trim().split('\n').sort();
      assert.deepEqual(lines, [
        'nameserver 192.0.2.53',
        'options ndots:2 edns0',
        'search example.org',
      ]);
      const hosts = await world.said('names', 'hosts');
      assert.match(hosts, /^192\.0\.2\.7\tfirst\.example\tsecond\.example$/m);
      const { status } = await world.now('names');
      const line = `${status?.podIP}\town.family.default.svc.cluster.local\town`;
      assert.ok(hosts.split('\n').includes(line), hosts);
      assert.equal(await world.said('names', 'hostname'), 'own\n');
    });

    test('a host port leads to the pod, and to one pod only', async () => {
      const { status } = await world.phase('host-port', 'Running');
      const url = `http://${status?.hostIP}:${hostPort}/page`;
      await eventually('the server has begun', async () =>
        assert.equal(await (await fetch(url)).text(), 'found\n'),
      );
      const message = await world.shows('second-host-port', (pod) => {
        const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
        assert.deepEqual([scheduled?.status, scheduled?.reason], ['False', 'Unschedulable']);
        return scheduled?.message ?? '';
      });
      assert.match(
        message,
        /^0\/1 nodes are available: 1 node\(s\) didn't have free ports for the requested pod ports\./,
      );
    });
  });
}
