/** What a pod's kernel settings, profiles, mounts and resolver really are inside. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { eventually } from '../harness.ts';
import { valuesIn, type World, waitsFor } from './world.ts';

const once = 'restartPolicy: Never';
const resolver = `command: [cat, /etc/resolv.conf]`;

export const confinementManifest = `
apiVersion: v1
kind: Pod
metadata: {name: sysctls}
spec:
  ${once}
  securityContext: {sysctls: [{name: net.ipv4.ip_local_port_range, value: "30000 31000"}, {name: kernel.shm_rmid_forced, value: "1"}]}
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "echo range=$(cat /proc/sys/net/ipv4/ip_local_port_range); echo forced=$(cat /proc/sys/kernel/shm_rmid_forced)"]}]
---
apiVersion: v1
kind: Pod
metadata: {name: masked}
spec:
  ${once}
  containers:
  - {name: main, image: "busybox:1", command: [sh, -c, "echo keys=$(cat /proc/keys | wc -c); echo timers=$(cat /proc/timer_list | wc -c); (echo 1 >/proc/sys/kernel/sysrq) 2>/dev/null && echo write=yes || echo write=no"]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns-default}
spec: {${once}, dnsPolicy: Default, containers: [{name: main, image: "busybox:1", ${resolver}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns-cluster}
spec: {${once}, containers: [{name: main, image: "busybox:1", ${resolver}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns-host}
spec: {${once}, hostNetwork: true, containers: [{name: main, image: "busybox:1", ${resolver}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns-host-cluster}
spec: {${once}, hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers: [{name: main, image: "busybox:1", ${resolver}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: propagation}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{name: shared, hostPath: {path: "@folder@", type: Directory}}]
  containers:
  - {name: main, image: "busybox:1", command: [sleep, "3600"], volumeMounts: [{name: shared, mountPath: /shared, mountPropagation: HostToContainer}]}
  - {name: none, image: "busybox:1", command: [sleep, "3600"], volumeMounts: [{name: shared, mountPath: /shared}]}
  - name: both
    image: busybox:1
    command: [sleep, "3600"]
    securityContext: {privileged: true}
    volumeMounts: [{name: shared, mountPath: /shared, mountPropagation: Bidirectional}]
---
apiVersion: v1
kind: Pod
metadata: {name: group}
spec:
  ${once}
  securityContext: {runAsUser: 1000, fsGroup: 4321, fsGroupChangePolicy: OnRootMismatch}
  volumes: [{name: disk, emptyDir: {}}, {name: fast, emptyDir: {medium: Memory}}]
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "touch /disk/x /fast/x; busybox stat -c '%n=%g' /disk/x /fast/x"]
    volumeMounts: [{name: disk, mountPath: /disk}, {name: fast, mountPath: /fast}]
`;

const localhost = (name: string, profile: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  ${once}
  securityContext: {seccompProfile: {type: Localhost, localhostProfile: ${profile}}}
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "mkdir /tmp/x 2>&1 | grep -o 'not permitted'; echo Seccomp=$(busybox awk '/^Seccomp:/ {print $2}' /proc/self/status)"]}]
`;

/** Everything may be called but mkdir and mkdirat. */
const profile = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
};

export function confinementTests(world: World): void {
  suite('confinement', { concurrency: true }, () => {
    before(async () => {
      const folder = join(`/var/lib/gantry/${world.cluster.name}/node/seccomp/profiles`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'no-mkdir.json'), JSON.stringify(profile));
      await world.cluster.apply(
        [
          localhost('own-profile', 'profiles/no-mkdir.json'),
          localhost('no-profile', 'profiles/absent.json'),
        ].join('---'),
      );
    });

    test('safe sysctls hold in the pod alone', async () => {
      const before = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
      const { range = '', forced } = valuesIn(await world.said('sysctls'));
      assert.deepEqual([range.split(/\s+/), forced], [['30000', '31000'], '1']);
      assert.equal(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), before);
    });

    test('parts of /proc are hidden, others cannot be written', async () => {
      const seen = valuesIn(await world.said('masked'));
      assert.deepEqual(seen, { keys: '0', timers: '0', write: 'no' });
    });

    test('a seccomp profile of the node’s own filters calls; one that is not there is told', async () => {
      assert.equal(await world.said('own-profile'), 'not permitted\nSeccomp=2\n');
      await world.shows('no-profile', (pod) =>
        assert.match(waitsFor(pod, 'CreateContainerError'), /absent\.json/),
      );
    });

    test('the resolver follows the DNS policy', async () => {
      const own = readFileSync('/etc/resolv.conf', 'utf8');
      const servers = (text: string) =>
        [...text.matchAll(/^nameserver (\S+)/gm)].map(([, server]) => server);
      const cluster = await world.said('dns-cluster');
      assert.match(
        cluster,
        /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local/m,
      );
      assert.match(cluster, /^options ndots:5$/m);
      for (const name of ['dns-default', 'dns-host']) {
        assert.deepEqual(servers(await world.said(name)), servers(own).slice(0, 3), name);
      }
      assert.deepEqual(servers(await world.said('dns-host-cluster')), servers(cluster));
      assert.notDeepEqual(servers(cluster), servers(own));
    });

    test('mounts reach the other side as the propagation says', async () => {
      await world.phase('propagation', 'Running');
      const inside = (container: string) =>
        world.exec('propagation', 'ls /shared/below 2>/dev/null; true', container);
      const below = join(world.folder, 'below');
      mkdirSync(below);
      execFileSync('mount', ['-t', 'tmpfs', 'below', below]);
      try {
        writeFileSync(join(below, 'seen'), '');
        await eventually('it is seen inside', async () =>
          assert.equal(await inside('main'), 'seen\n'),
        );
        assert.equal(await inside('none'), '');
      } finally {
        execFileSync('umount', [below]);
      }
      await world.exec(
        'propagation',
        'mkdir /shared/up && busybox mount -t tmpfs up /shared/up && touch /shared/up/from-inside',
        'both',
      );
      try {
        assert.match(
          readFileSync('/proc/self/mountinfo', 'utf8'),
          new RegExp(`${world.folder}/up `),
        );
      } finally {
        await world.exec('propagation', 'busybox umount /shared/up', 'both');
      }
    });

    test('volumes on disk and in memory belong to the group', async () => {
      assert.deepEqual(valuesIn(await world.said('group')), {
        '/disk/x': '4321',
        '/fast/x': '4321',
      });
    });
  });
}
