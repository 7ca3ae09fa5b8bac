/** Volumes of every type, and what is mounted of them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { eventually } from '../harness.ts';
import { valuesIn, type World } from './world.ts';

export const volumeManifest = `
apiVersion: v1
kind: ConfigMap
metadata: {name: files}
data: {plain: "one\\n", deep: "two\\n"}
binaryData: {bytes: AAH/}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: changing}
data: {word: before, gone: soon}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {key: "secret\\n", script: "#!/bin/sh\\necho ran=yes\\n"}
---
apiVersion: v1
kind: Pod
metadata: {name: volumes, labels: {app: volumes, tier: "1"}}
spec:
  restartPolicy: Never
  volumes:
  - {name: whole, configMap: {name: files}}
  - {name: items, configMap: {name: files, defaultMode: 0400, items: [{key: plain, path: a/b/c}, {key: deep, path: d, mode: 0640}]}}
  - {name: optional, configMap: {name: not-there, optional: true}}
  - {name: hidden, secret: {secretName: hidden, defaultMode: 0500}}
  - {name: about, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: cpu, resourceFieldRef: {containerName: main, resource: limits.cpu, divisor: 1m}}]}}
  - name: together
    projected:
      sources:
      - {configMap: {name: files, items: [{key: plain, path: from-map}]}}
      - {secret: {name: hidden, items: [{key: key, path: from-secret, mode: 0444}]}}
      - {downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}
  - {name: memory, emptyDir: {medium: Memory, sizeLimit: 1Mi}}
  - {name: disk, emptyDir: {}}
  containers:
  - name: main
    image: busybox:1
    resources: {limits: {cpu: 250m}}
    command:
    - sh
    - -c
    - |
      mode() { busybox stat -L -c %a $1; }
      type() { grep " $1 " /proc/mounts | cut -d' ' -f3; }
      alias cut='busybox cut'
      echo "whole=$(ls /whole | busybox tr '\\n' ' ')"
      echo "bytes=$(busybox od -An -tx1 /whole/bytes)"
      echo "whole-mode=$(mode /whole/plain)"
      echo "item=$(cat /items/a/b/c) $(mode /items/a/b/c)"
      echo "own-mode=$(cat /items/d) $(mode /items/d)"
      echo "optional=$(ls /optional)"
      echo "secret=$(cat /hidden/key) $(mode /hidden/key) $(type /hidden)"
      /hidden/script
      echo "labels=$(busybox tr '\\n' ' ' </about/labels)"
      echo "cpu=$(cat /about/cpu)"
      echo "together=$(cat /together/from-map /together/from-secret /together/name | busybox tr '\\n' ' ')"
      echo "account=$(ls /var/run/secrets/kubernetes.io/serviceaccount | busybox tr '\\n' ' ')"
      echo "namespace=$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)"
      echo "memory=$(type /memory)"
      busybox dd if=/dev/zero of=/memory/fill bs=64k count=32 2>&1 | grep -o 'No space left on device' | busybox sed 's/^/full=/'
      echo "filled=$(busybox stat -c %s /memory/fill)"
      echo inner >/part/file
      echo "part=$(cat /disk/inside/part/file)"
      echo "single=$(cat /single)"
      echo expanded >/expression/file
      echo "expression=$(cat /disk/volumes/file)"
      touch /disk-again/file 2>&1 | grep -o 'Read-only file system' | busybox sed 's/^/read-only=/'
      touch /whole/file 2>&1 | grep -o 'Read-only file system' | busybox sed 's/^/map-read-only=/'
    env: [{name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    volumeMounts:
    - {name: whole, mountPath: /whole}
    - {name: items, mountPath: /items}
    - {name: optional, mountPath: /optional}
    - {name: hidden, mountPath: /hidden}
    - {name: about, mountPath: /about}
    - {name: together, mountPath: /together}
    - {name: memory, mountPath: /memory}
    - {name: disk, mountPath: /disk}
    - {name: disk, mountPath: /part, subPath: inside/part}
    - {name: disk, mountPath: /expression, subPathExpr: $(POD)}
    - {name: whole, mountPath: /single, subPath: plain}
    - {name: disk, mountPath: /disk-again, readOnly: true}
---
apiVersion: v1
kind: Pod
metadata: {name: changes, labels: {word: before}}
spec:
  terminationGracePeriodSeconds: 0
  volumes:
  - {name: map, configMap: {name: changing}}
  - {name: about, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
  containers:
  - name: main
    image: busybox:1
    command: [sleep, "3600"]
    volumeMounts: [{name: map, mountPath: /map}, {name: about, mountPath: /about}, {name: map, mountPath: /fixed, subPath: word}]
---
apiVersion: v1
kind: Pod
metadata: {name: fs-group}
spec:
  restartPolicy: Never
  securityContext: {runAsUser: 1234, runAsGroup: 1234, fsGroup: 4321}
  volumes: [{name: disk, emptyDir: {}}, {name: memory, emptyDir: {medium: Memory}}, {name: hidden, secret: {secretName: hidden, defaultMode: 0400}}]
  containers:
  - name: main
    image: busybox:1
    command:
    - sh
    - -c
    - |
      owner() { busybox stat -L -c '%u:%g %a' $1; }
      touch /disk/file /memory/file
      echo "disk=$(owner /disk)"
      echo "file=$(busybox stat -c %u:%g /disk/file)"
      touch /etc/application/settings
      echo "part=$(owner /etc/application) $(busybox stat -c %u:%g /etc/application/settings)"
      echo "memory=$(busybox stat -c %u:%g /memory/file)"
      echo "secret=$(cat /hidden/key) $(owner /hidden/key)"
      echo "token=$(busybox wc -c </var/run/secrets/kubernetes.io/serviceaccount/token | busybox sed 's/.../many/')"
    volumeMounts: [{name: disk, mountPath: /disk}, {name: disk, mountPath: /etc/application, subPath: deep/settings}, {name: memory, mountPath: /memory}, {name: hidden, mountPath: /hidden}]
---
apiVersion: v1
kind: Pod
metadata: {name: host-paths}
spec:
  restartPolicy: Never
  volumes:
  - {name: made, hostPath: {path: "@folder@/made/deep", type: DirectoryOrCreate}}
  - {name: file, hostPath: {path: "@folder@/file", type: FileOrCreate}}
  - {name: device, hostPath: {path: /dev/null, type: CharDevice}}
  - {name: whatever, hostPath: {path: "@folder@/whatever"}}
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "echo 1 >/made/a; echo 2 >/file; echo 3 >/device; echo 4 >/whatever/b"]
    volumeMounts: [{name: made, mountPath: /made}, {name: file, mountPath: /file}, {name: device, mountPath: /device}, {name: whatever, mountPath: /whatever}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-directory}
spec:
  restartPolicy: Never
  volumes: [{name: missing, hostPath: {path: "@folder@/missing", type: Directory}}]
  containers: [{name: main, image: "busybox:1", command: [echo, never], volumeMounts: [{name: missing, mountPath: /missing}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: no-map}
spec:
  restartPolicy: Never
  volumes: [{name: map, configMap: {name: late-files}}]
  containers: [{name: main, image: "busybox:1", command: [cat, /map/word], volumeMounts: [{name: map, mountPath: /map}]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
apiVersion: v1
kind: Pod
metadata: {name: token}
spec:
  restartPolicy: Never
  serviceAccountName: reader
  containers:
  - name: main
    image: guestbook-web:1
    env: [{name: NODE_EXTRA_CA_CERTS, value: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}]
    command:
    - /usr/bin/node
    - -e
    - |
      const token = require('fs').readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8');
      const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
      console.log('subject=' + claims.sub);
      console.log('pod=' + claims['kubernetes.io'].pod.name);
      (async () => {
        for (const path of ['configmaps/files', 'secrets/hidden']) {
          const url = 'https://kubernetes.default.svc/api/v1/namespaces/default/' + path;
          const answer = await fetch(url, { headers: { authorization: 'Bearer ' + token } });
          const { kind, message } = await answer.json();
          console.log(path + '=' + answer.status + ' ' + (message ?? kind));
        }
      })();
---
apiVersion: v1
kind: Pod
metadata: {name: no-token}
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  containers: [{name: main, image: "busybox:1", command: [sh, -c, "test -e /var/run/secrets/kubernetes.io || echo none"]}]
`;

export function volumeTests(world: World): void {
  suite('volumes', { concurrency: true }, () => {
    test('hold what their spec says, with its modes', async () => {
      assert.deepEqual(valuesIn(await world.said('volumes')), {
        whole: 'bytes deep plain ',
        bytes: ' 00 01 ff',
        'whole-mode': '644',
        item: 'one 400',
        'own-mode': 'two 640',
        optional: '',
        secret: 'secret 500 tmpfs',
        ran: 'yes',
        labels: 'app="volumes" tier="1"',
        cpu: '250',
        together: 'one secret volumes',
        account: 'ca.crt namespace token ',
        namespace: 'default',
        memory: 'tmpfs',
        full: 'No space left on device',
        filled: `${2 ** 20}`,
        part: 'inner',
        single: 'one',
        expression: 'expanded',
        'read-only': 'Read-only file system',
        'map-read-only': 'Read-only file system',
      });
    });

    test('follow their objects while the pod runs; a subPath does not', async () => {
      await world.shows('changes', (pod) => assert.equal(pod.status?.phase, 'Running'));
      const look = 'ls /map; cat /map/word /about/labels /fixed';
      assert.equal(await world.exec('changes', look), 'gone\nword\nbeforeword="before"before');
      const patch = '{"data": {"word": "after", "gone": null, "new": "here"}}';
      await world.cluster.kubectl(['patch', 'configmap', 'changing', '-p', patch]);
      await world.cluster.kubectl(['label', '--overwrite', 'pod', 'changes', 'word=after']);
      await eventually('the files follow', async () =>
        assert.equal(await world.exec('changes', look), 'new\nword\nafterword="after"before'),
      );
    });

    test('belong to the fsGroup', async () => {
      assert.deepEqual(valuesIn(await world.said('fs-group')), {
        disk: '0:4321 2777',
        file: '1234:4321',
        part: '0:4321 2777 1234:4321',
        memory: '1234:4321',
        secret: 'secret 0:4321 440',
        token: 'many',
      });
    });

    test('of the host are made when their type says so', async () => {
      await world.phase('host-paths', 'Succeeded');
      const read = (name: string): string => readFileSync(join(world.folder, name), 'utf8');
      const seen = ['made/deep/a', 'file', 'whatever/b'].map(read);
      assert.deepEqual(seen, ['1\n', '2\n', '4\n']);
    });

    test('of the host that must be there and are not hold the pod up', async () => {
      const path = join(world.folder, 'missing');
      const words = `MountVolume.SetUp failed for volume "missing" : hostPath type check failed: ${path} is not a directory`;
      await world.event('no-directory', 'FailedMount', new RegExp(`^${words}$`));
      const pod = await world.now('no-directory');
      assert.equal(pod.status?.phase, 'Pending');
      assert.ok(!existsSync(path));
      assert.equal(await world.column('no-directory'), 'ContainerCreating');
    });

    test('from a ConfigMap that is not there hold the pod up until it is', async () => {
      const words =
        /^MountVolume\.SetUp failed for volume "map" : configmap "late-files" not found$/;
      await world.event('no-map', 'FailedMount', words);
      await world.cluster.kubectl([
        'create',
        'configmap',
        'late-files',
        '--from-literal=word=better',
      ]);
      assert.equal(await world.said('no-map'), 'better');
    });

    test('with a token open the API to the pod as its ServiceAccount', async () => {
      const subject = 'system:serviceaccount:default:reader';
      assert.deepEqual(valuesIn(await world.said('token')), {
        subject,
        pod: 'token',
        'configmaps/files': '200 ConfigMap',
        'secrets/hidden': `403 secrets "hidden" is forbidden: User "${subject}" cannot get resource "secrets" in API group "" in the namespace "default"`,
      });
      assert.equal(await world.said('no-token'), 'none\n');
    });
  });
}
