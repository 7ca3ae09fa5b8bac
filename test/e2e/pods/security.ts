/** Who a container is, and what it may. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { valuesIn, type World, waitsFor } from './world.ts';

export const securityManifest = `
apiVersion: v1
kind: Pod
metadata: {name: security}
spec:
  restartPolicy: Never
  securityContext: {runAsUser: 1234, runAsGroup: 2345, supplementalGroups: [3456]}
  containers:
  - {name: pod-user, image: "busybox:1", command: [id]}
  - {name: own-user, image: "busybox:1", command: [id], securityContext: {runAsUser: 4567, runAsGroup: 5678, runAsNonRoot: true}}
  - {name: image-user, image: "guestbook-web:1", command: [/bin/busybox, id], securityContext: {runAsNonRoot: true}}
  - {name: root, image: "busybox:1", command: &caps [sh, -c, "busybox awk -F ':[ \\t]+' '/^(CapBnd|CapEff|NoNewPrivs|Seccomp):/ {print $1 \\"=\\" $2}' /proc/self/status"], securityContext: {runAsUser: 0}}
  - {name: dropped, image: "busybox:1", command: *caps, securityContext: {runAsUser: 0, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}
  - {name: added, image: "busybox:1", command: *caps, securityContext: {runAsUser: 0, capabilities: {add: [NET_ADMIN]}}}
  - {name: confined, image: "busybox:1", command: *caps, securityContext: {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}}}
  - {name: privileged, image: "busybox:1", command: *caps, securityContext: {runAsUser: 0, privileged: true}}
  - {name: read-only, image: "busybox:1", command: [sh, -c, "touch /tmp/x 2>&1 | grep -o 'Read-only file system'; touch /scratch/x && echo written"], securityContext: {readOnlyRootFilesystem: true}, volumeMounts: [{name: scratch, mountPath: /scratch}]}
  volumes: [{name: scratch, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: not-root}
spec:
  securityContext: {runAsNonRoot: true}
  containers: [{name: main, image: "busybox:1", command: [id]}]
`;

/** capabilities(7): the bits of containerd's default set, and of single ones. */
const defaultCapabilities = 0xa80425fbn;
const netBindService = 1n << 10n;
const netAdmin = 1n << 12n;

export function securityTests(world: World): void {
  suite('security', { concurrency: true }, () => {
    const capabilities = async (container: string) => {
      const {
        CapBnd = '',
        CapEff = '',
        ...rest
      } = valuesIn(await world.said('security', container));
      return { bounding: BigInt(`0x${CapBnd}`), effective: BigInt(`0x${CapEff}`), ...rest };
    };

    test('user and groups are the container’s, else the pod’s', async () => {
      const said = (container: string) => world.said('security', container);
      assert.equal(await said('pod-user'), 'uid=1234 gid=2345 groups=2345,3456\n');
      assert.equal(await said('own-user'), 'uid=4567 gid=5678 groups=3456,5678\n');
    });

    test('root is refused where it may not be', async () => {
      const pod = await world.shows('not-root', (version) => {
        waitsFor(version, 'CreateContainerConfigError');
        return version;
      });
      assert.equal(
        waitsFor(pod, 'CreateContainerConfigError'),
        `container has runAsNonRoot and image will run as root (pod: "not-root_default(${pod.metadata.uid})", container: main)`,
      );
    });

    test('capabilities are the default ones, more or fewer', async () => {
      const root = await capabilities('root');
      assert.deepEqual(
        [root.bounding, root.effective],
        [defaultCapabilities, defaultCapabilities],
        root.bounding.toString(16),
      );
      assert.equal((await capabilities('dropped')).effective, netBindService);
      assert.equal((await capabilities('added')).effective, defaultCapabilities | netAdmin);
      const [, own = ''] = /CapBnd:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
      assert.equal((await capabilities('privileged')).effective, BigInt(`0x${own}`));
    });

    test('nobody rises who must not, and calls are filtered when asked', async () => {
      const seen = async (container: string) => {
        const { NoNewPrivs, Seccomp } = valuesIn(await world.said('security', container));
        return [NoNewPrivs, Seccomp];
      };
      assert.deepEqual(await seen('confined'), ['1', '2']);
      assert.deepEqual(await seen('root'), ['0', '0']);
    });

    test('a read-only root leaves the volumes writable', async () => {
      const said = await world.said('security', 'read-only');
      assert.equal(said, 'Read-only file system\nwritten\n');
    });
  });
}
