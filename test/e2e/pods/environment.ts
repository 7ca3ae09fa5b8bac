/** Environment, commands and arguments. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { suite, test } from 'node:test';
import type { Service } from '#api/types.ts';
import { statusOf, valuesIn, type World, waitsFor } from './world.ts';

export const environmentManifest = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: blue, size: large}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {door: opens}
---
apiVersion: v1
kind: Pod
metadata: {name: environment, labels: {app: env}, annotations: {note: "two words"}}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox:1
    command: [env]
    resources: {requests: {cpu: 10m}, limits: {cpu: 1500m, memory: 64Mi}}
    envFrom:
    - {prefix: CM_, configMapRef: {name: settings}}
    - {secretRef: {name: keys}}
    - {configMapRef: {name: not-there, optional: true}}
    env:
    - {name: GREETING, value: hello}
    - {name: EXPANDED, value: "$(GREETING), $(CM_colour) world"}
    - {name: ESCAPED, value: "$$(GREETING)"}
    - {name: UNKNOWN, value: "$(LATER) $(NOBODY)"}
    - {name: LATER, value: later}
    - {name: CM_size, value: small}
    - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    - {name: UID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
    - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: NOTE, valueFrom: {fieldRef: {fieldPath: "metadata.annotations['note']"}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
    - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
    - {name: CPU_LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: CPU_MILLIS, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
    - {name: MEMORY_MI, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
    - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory}}}
    - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
    - {name: DOOR, valueFrom: {secretKeyRef: {name: keys, key: door}}}
    - {name: OPTIONAL_KEY, valueFrom: {configMapKeyRef: {name: settings, key: none, optional: true}}}
    - {name: OPTIONAL_SECRET, valueFrom: {secretKeyRef: {name: none, key: none, optional: true}}}
---
apiVersion: v1
kind: Pod
metadata: {name: words}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox:1
    env: [{name: GREETING, value: hello there}]
    command: [echo, "$(GREETING)", "$$(GREETING)"]
    args: ["$(NOBODY)", "$GREETING"]
  - {name: arguments, image: "busybox:1", args: [busybox, pwd], workingDir: /tmp}
---
apiVersion: v1
kind: Pod
metadata: {name: waits-for-settings}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "echo $LATE"]
    env: [{name: LATE, valueFrom: {configMapKeyRef: {name: late, key: word}}}]
  - name: other
    image: busybox:1
    command: [echo, "does not wait"]
---
apiVersion: v1
kind: Pod
metadata: {name: waits-for-key}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox:1
    command: [echo]
    env: [{name: LATE, valueFrom: {secretKeyRef: {name: keys, key: none}}}]
`;

export function environmentTests(world: World): void {
  suite('environment', { concurrency: true }, () => {
    test('is put together from words, objects, fields and resources', async () => {
      const env = valuesIn(await world.said('environment'));
      const { metadata, status } = await world.now('environment');
      const api = await world.api.read<Service>('/api/v1/namespaces/default/services/kubernetes');
      const expected = {
        CM_colour: 'blue',
        CM_size: 'small',
        door: 'opens',
        EXPANDED: 'hello, blue world',
        ESCAPED: '$(GREETING)',
        UNKNOWN: '$(LATER) $(NOBODY)',
        NAME: 'environment',
        NAMESPACE: 'default',
        UID: metadata.uid,
        LABEL: 'env',
        NOTE: 'two words',
        NODE: hostname().toLowerCase(),
        ACCOUNT: 'default',
        POD_IP: status?.podIP,
        HOST_IP: status?.hostIP,
        CPU_LIMIT: '2',
        CPU_MILLIS: '10',
        MEMORY_MI: '64',
        MEMORY: `${64 * 2 ** 20}`,
        COLOUR: 'blue',
        DOOR: 'opens',
        OPTIONAL_KEY: undefined,
        OPTIONAL_SECRET: undefined,
        HOSTNAME: 'environment',
        KUBERNETES_SERVICE_HOST: api.spec?.clusterIP,
        KUBERNETES_SERVICE_PORT_HTTPS: '443',
      };
      const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, env[name]]));
      assert.deepEqual(seen, expected);
    });

    test('stands in for $(NAME) in commands and arguments', async () => {
      assert.equal(await world.said('words'), 'hello there $(GREETING) $(NOBODY) $GREETING\n');
      assert.equal(await world.logs('words', 'arguments'), '/tmp\n');
    });

    test('from a ConfigMap that is not there holds its container up until it is', async () => {
      await world.shows('waits-for-settings', (pod) => {
        assert.equal(waitsFor(pod, 'CreateContainerConfigError'), 'configmap "late" not found');
        assert.equal(statusOf(pod, 'other').state?.terminated?.exitCode, 0);
      });
      await world.event('waits-for-settings', 'Failed', /^Error: configmap "late" not found$/);
      await world.cluster.kubectl(['create', 'configmap', 'late', '--from-literal=word=better']);
      assert.equal(await world.said('waits-for-settings'), 'better\n');
      assert.equal(statusOf(await world.now('waits-for-settings')).restartCount, 0);
    });

    test('from a key that is not there names the key', async () => {
      const message = await world.shows('waits-for-key', (pod) =>
        waitsFor(pod, 'CreateContainerConfigError'),
      );
      assert.equal(message, "couldn't find key none in Secret default/keys");
    });
  });
}
