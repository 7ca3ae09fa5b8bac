/** Fields that few pods use: probes by gRPC, files of variables, stop signals, what is refused. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { hostname } from 'node:os';
import { after, before, suite, test } from 'node:test';
import { statusOf, valuesIn, type World, waitsFor } from './world.ts';

const grpcPort = 16_559;
const main = `{name: main, image: "busybox:1", command: [sleep, "3600"]`;
/** The scheduler is not asked. */
const node = hostname().toLowerCase();
const quick = 'terminationGracePeriodSeconds: 0';

const refused: readonly [name: string, spec: string, reason: string, message: RegExp][] = [
  [
    'unsafe-sysctl',
    'securityContext: {sysctls: [{name: kernel.msgmax, value: "65536"}]}',
    'SysctlForbidden',
    /^forbidden sysctl: "kernel.msgmax" not allowlisted$/,
  ],
  [
    'strict-groups',
    'securityContext: {supplementalGroupsPolicy: Strict}',
    'SupplementalGroupsPolicyNotSupported',
    /^SupplementalGroupsPolicy=Strict is not supported in this node$/,
  ],
  ['own-users', 'hostUsers: false', 'UnexpectedAdmissionError', /user namespaces/],
  [
    'sent-too-big',
    `nodeName: ${node}, resources: {requests: {cpu: "900"}}`,
    'OutOfcpu',
    /^Node didn't have enough resource: cpu, requested: 900000, used: \d+, capacity: \d+$/,
  ],
  [
    'sent-elsewhere',
    `nodeName: ${node}, nodeSelector: {disk: fast}`,
    'NodeAffinity',
    /^Predicate NodeAffinity failed: node\(s\) didn't match Pod's node affinity\/selector$/,
  ],
];

export const oddFieldManifest = [
  ...refused.map(
    ([name, spec]) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {${spec}, containers: [${main}}]}
`,
  ),
  `
apiVersion: v1
kind: Pod
metadata: {name: by-grpc}
spec:
  hostNetwork: true
  ${quick}
  containers: [${main}, readinessProbe: {grpc: {port: ${grpcPort}, service: main}, periodSeconds: 1, failureThreshold: 1}}]
---
apiVersion: v1
kind: Pod
metadata: {name: from-file}
spec:
  restartPolicy: Never
  volumes: [{name: data, emptyDir: {}}]
  initContainers:
  - {name: write, image: "busybox:1", command: [sh, -c, "printf \\"# ours\\\\nA='one two'\\\\nB='x'\\\\n\\" >/data/app.env"], volumeMounts: [{name: data, mountPath: /data}]}
  containers:
  - name: main
    image: busybox:1
    command: [env]
    env:
    - {name: VALUE, valueFrom: {fileKeyRef: {volumeName: data, path: app.env, key: A}}}
    - {name: MAYBE, valueFrom: {fileKeyRef: {volumeName: data, path: app.env, key: C, optional: true}}}
---
apiVersion: v1
kind: Pod
metadata: {name: no-such-key}
spec:
  ${quick}
  volumes: [{name: data, emptyDir: {}}]
  containers: [${main}, env: [{name: A, valueFrom: {fileKeyRef: {volumeName: data, path: app.env, key: A}}}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: own-signal}
spec:
  os: {name: linux}
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "trap 'exit 0' USR1; trap 'exit 1' TERM; while :; do sleep 0.1; done"]
    lifecycle: {stopSignal: SIGUSR1}
---
apiVersion: v1
kind: Pod
metadata: {name: read-only-below}
spec:
  ${quick}
  volumes: [{name: data, emptyDir: {}}]
  containers: [${main}, volumeMounts: [{name: data, mountPath: /data, readOnly: true, recursiveReadOnly: Enabled}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: image-volume}
spec:
  ${quick}
  volumes: [{name: data, image: {reference: "busybox:1"}}]
  containers: [${main}, volumeMounts: [{name: data, mountPath: /data}]}]
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: plain}
handler: runc
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: elsewhere}
handler: kata
`,
].join('---\n');

/** Pods of a class are refused before the class is there. */
const classManifest = ['plain', 'elsewhere'].map(
  (name) => `
apiVersion: v1
kind: Pod
metadata: {name: class-${name}}
spec: {${quick}, runtimeClassName: ${name}, containers: [${main}}]}
`,
);

export function oddFieldTests(world: World): void {
  suite('odd fields', { concurrency: true }, () => {
    let healthy = false;
    const server: Http2Server = createServer();
    before(async () => {
      server.on('stream', (stream: ServerHttp2Stream) => {
        stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(Buffer.from([0, 0, 0, 0, 2, 8, healthy ? 1 : 2]));
      });
      server.listen(grpcPort);
      await once(server, 'listening');
      await world.cluster.apply(classManifest.join('---'));
    });
    after(() => server.close());

    test('readiness by gRPC follows what the service says', async () => {
      const words = /^Readiness probe failed: service unhealthy \(responded with "NOT_SERVING"\)$/;
      await world.event('by-grpc', 'Unhealthy', words);
      healthy = true;
      await world.becomes('by-grpc', (pod) => assert.ok(statusOf(pod).ready));
      healthy = false;
      await world.becomes('by-grpc', (pod) => assert.ok(!statusOf(pod).ready));
    });

    test('variables come from a file that an init container wrote', async () => {
      const env = valuesIn(await world.said('from-file'));
      assert.equal(env['VALUE'], 'one two');
      assert.ok(!('MAYBE' in env));
      await world.shows('no-such-key', (pod) =>
        assert.equal(
          waitsFor(pod, 'CreateContainerConfigError'),
          'file "app.env" not found in volume "data"',
        ),
      );
    });

    test('the pod’s own stop signal is sent', async () => {
      await world.shows('own-signal', (pod) => assert.ok(statusOf(pod).state?.running));
      await world.cluster.kubectl(['delete', 'pod', 'own-signal']);
      await world.shows('own-signal', (pod) => {
        assert.equal(statusOf(pod).state?.terminated?.exitCode, 0);
        assert.equal(statusOf(pod).stopSignal, 'SIGUSR1');
      });
    });

    test('a runtime class names the low-level runtime, and one that is not here is told', async () => {
      await world.shows('class-plain', (pod) => assert.ok(statusOf(pod).state?.running));
      const words = /no runtime for "kata" is configured/;
      await world.event('class-elsewhere', 'FailedCreatePodSandBox', words);
    });

    test('what the runtime cannot do is refused in words', async () => {
      for (const [name, , reason, message] of refused) {
        const pod = await world.phase(name, 'Failed');
        assert.equal(pod.status?.reason, reason);
        const [none, words = ''] = (pod.status?.message ?? '').split('Pod was rejected: ');
        assert.equal(none, '');
        assert.match(words, message);
        await world.event(name, reason, message);
      }
      await world.shows('read-only-below', (pod) =>
        assert.match(waitsFor(pod, 'CreateContainerConfigError'), /recursive read-only mode/),
      );
      await world.event('image-volume', 'FailedMount', /volumes of type image are not supported/);
    });
  });
}
