/** The agent with a real containerd and the real server: pods from creation to the last trace. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { configMaps, nodes, pods, secrets } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { ConfigMap, Event, Node, Pod, Secret } from '#api/types.ts';
import { rotateLog } from '#node/logs/rotate.ts';
import type { GantryNode } from '#node/node.ts';
import { systemFiles } from '#sys/files.ts';
import { systemRandom } from '#sys/random.ts';
import { openControlPlane, type TestControlPlane } from './cluster.ts';
import { endNode, eventually, nodeOptions, noMachine, openNode, subnetOf } from './machine.ts';

const skip = noMachine();
const sleeper = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];

const conditionOf = (pod: Pod | undefined, type: string): string | undefined =>
  pod?.status?.conditions?.find((condition) => condition.type === type)?.status;

describe('node agent', { skip }, () => {
  const options = nodeOptions();
  const hostPort = 20_000 + systemRandom.below(10_000);
  let plane: TestControlPlane;
  let node: GantryNode;

  const isReady = async (name: string): Promise<Pod | false> => {
    const pod = await plane.pod(name);
    return pod !== undefined && conditionOf(pod, 'Ready') === 'True' && pod;
  };
  const remove = async (name: string): Promise<void> => {
    await plane.admin.delete({ ...collectionOf(pods, 'default'), name });
    await eventually(async () => !(await plane.pod(name)), `the end of ${name}`);
  };
  const logOf = async (
    name: string,
    container: string,
    previous = false,
    follow = false,
  ): Promise<string> => {
    const pod = await plane.pod(name);
    let text = '';
    await new Promise<void>((resolve, reject) => {
      node.connector
        .logs(
          {
            pod: name,
            podUid: pod?.metadata.uid ?? '',
            container,
          },
          { follow, previous, timestamps: false },
          {
            data: (chunk) => {
              text += new TextDecoder().decode(chunk);
            },
            end: (error) => (error ? reject(error) : resolve()),
          },
        )
        .catch(reject);
    });
    return text;
  };

  before(async () => {
    plane = await openControlPlane();
    node = await openNode(options);
    await node.start(plane.verbsOfNode(options.name));
  });
  after(async () => {
    if (node) await endNode(node);
    await plane?.stop();
  });

  it('registers the node as ready', async () => {
    const found = (await plane.admin.get({ ...collectionOf(nodes), name: options.name })) as Node;
    const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
    assert.deepEqual([ready?.status, ready?.reason], ['True', 'KubeletReady']);
    assert.equal(found.spec?.podCIDR, options.network.podCidr);
    assert.match(found.status?.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\//);
  });

  it('runs a scheduled pod with configuration, secrets, probes and hosts, and ends it', async () => {
    await plane.admin.create(collectionOf(configMaps, 'default'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'default' },
      data: { colour: 'blue', 'app.conf': 'a=1' },
    } as ConfigMap);
    await plane.admin.create(collectionOf(secrets, 'default'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: 'default' },
      data: { password: btoa('hunter2') },
    } as Secret);
    await plane.createPod('full', {
      terminationGracePeriodSeconds: 5,
      initContainers: [
        {
          name: 'first',
          image: 'busybox:1',
          command: ['/bin/sh', '-c', 'echo init > /scratch/first'],
          volumeMounts: [{ name: 'work', mountPath: '/scratch' }],
        },
      ],
      containers: [
        {
          name: 'web',
          image: 'busybox:1',
          command: [
            '/bin/sh',
            '-c',
            'echo $COLOUR $PASSWORD $POD_IP; cat /scratch/first /etc/settings/app.conf /etc/keys/password; cat /etc/hosts | tail -1; trap "exit 0" TERM; httpd -p 8080 -h /etc/settings; while :; do sleep 0.05; done',
          ],
          env: [
            { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
            { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
            { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          ],
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/colour', port: 'http' }, periodSeconds: 1 },
          livenessProbe: { exec: { command: ['/bin/true'] }, periodSeconds: 5 },
          volumeMounts: [
            { name: 'work', mountPath: '/scratch' },
            { name: 'settings', mountPath: '/etc/settings' },
            { name: 'keys', mountPath: '/etc/keys' },
          ],
        },
      ],
      volumes: [
        { name: 'work', emptyDir: {} },
        { name: 'settings', configMap: { name: 'settings' } },
        { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } },
      ],
    });
    const pod = await eventually(() => isReady('full'), 'readiness');
    assert.equal(pod.status?.phase, 'Running');
    assert.ok(pod.status?.podIP?.startsWith(subnetOf(options)));
    assert.equal(pod.status?.initContainerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
    const log = await logOf('full', 'web');
    assert.match(log, new RegExp(`^blue hunter2 ${pod.status?.podIP}\n`));
    assert.match(log, /init\na=1hunter2/);
    assert.match(log, new RegExp(`${pod.status?.podIP}\tfull`));

    await plane.admin.patch(
      { ...collectionOf(configMaps, 'default'), name: 'settings' },
      { type: 'merge', body: { data: { 'app.conf': 'a=2' } } },
    );
    const id = node.agent.containersNamed(pod.metadata.uid ?? '', 'web')[0]?.id ?? '';
    await eventually(async () => {
      const { stdout } = await node.runtime.execSync(
        id,
        ['/bin/cat', '/etc/settings/app.conf'],
        5000,
      );
      return new TextDecoder().decode(stdout) === 'a=2';
    }, 'the new content');
    await remove('full');
    assert.equal(node.agent.mirror.podUids().size, 0);
  });

  it('backs off a crashing container, keeps its last words and its previous log', async () => {
    await plane.createPod('crash', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          command: ['/bin/sh', '-c', 'echo hello; echo "sad end" > /dev/termination-log; exit 3'],
        },
      ],
    });
    const pod = await eventually(async () => {
      const found = await plane.pod('crash');
      return (
        found?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' &&
        found
      );
    }, 'back-off');
    const [status] = pod.status?.containerStatuses ?? [];
    assert.equal(status?.restartCount, 1);
    assert.deepEqual(status?.lastState?.terminated?.exitCode, 3);
    assert.equal(status?.lastState?.terminated?.message, 'sad end\n');
    assert.equal(
      status?.state?.waiting?.message,
      `back-off 10s restarting failed container=main pod=crash_default(${pod.metadata.uid})`,
    );
    assert.equal(await logOf('crash', 'main', true), 'hello\n');
    await remove('crash');
  });

  it('waits for a missing ConfigMap and starts when it comes', async () => {
    await plane.createPod('waits', {
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          command: sleeper,
          envFrom: [{ configMapRef: { name: 'late' } }],
        },
      ],
    });
    const pod = await eventually(async () => {
      const found = await plane.pod('waits');
      return (
        found?.status?.containerStatuses?.[0]?.state?.waiting?.reason ===
          'CreateContainerConfigError' && found
      );
    });
    assert.equal(
      pod.status?.containerStatuses?.[0]?.state?.waiting?.message,
      'configmap "late" not found',
    );
    await plane.admin.create(collectionOf(configMaps, 'default'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'late', namespace: 'default' },
      data: { A: '1' },
    } as ConfigMap);
    await eventually(() => isReady('waits'), 'readiness', 5000);
    await remove('waits');
  });

  it('follows a log across rotations until the container ends, and loses no line', async () => {
    await plane.createPod('talker', {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          command: [
            '/bin/sh',
            '-c',
            'i=0; while [ $i -lt 60 ]; do echo line $i; i=$((i+1)); sleep 0.02; done',
          ],
        },
      ],
    });
    await eventually(async () => (await plane.pod('talker'))?.status?.phase === 'Running');
    const followed = logOf('talker', 'main', false, true);
    const pod = await plane.pod('talker');
    const [container] = node.agent.containersNamed(pod?.metadata.uid ?? '', 'main');
    assert.ok(container);
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await rotateLog(
        container.logPath,
        () => node.runtime.reopenLog(container.id),
        systemFiles,
        1,
      );
    }
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}\n`).join('');
    assert.equal(await followed, lines);
    await remove('talker');
  });

  it('leads a port of the node to the pod', async () => {
    await plane.createPod('port', {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          command: ['/bin/sh', '-c', 'echo hi > /dev/shm/x; exec httpd -f -p 80 -h /dev/shm'],
          ports: [{ containerPort: 80, hostPort }],
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
        },
      ],
    });
    await eventually(() => isReady('port'), 'readiness');
    const answer = await fetch(`http://127.0.0.1:${hostPort}/x`);
    assert.equal(await answer.text(), 'hi\n');
    await remove('port');
    await assert.rejects(fetch(`http://127.0.0.1:${hostPort}/x`));
  });

  it('says why an image is not there', async () => {
    await plane.createPod('absent', {
      containers: [{ name: 'main', image: 'localhost:9/none:1' }],
    });
    const reasonOf = async () =>
      (await plane.pod('absent'))?.status?.containerStatuses?.[0]?.state?.waiting?.reason;
    await eventually(async () => (await reasonOf()) === 'ErrImagePull', 'ErrImagePull');
    await eventually(async () => (await reasonOf()) === 'ImagePullBackOff', 'ImagePullBackOff');
    await remove('absent');
  });

  it('finishes pods that need not run again', async () => {
    await plane.createPod('good', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox:1', command: ['/bin/true'] }],
    });
    await plane.createPod('bad', {
      restartPolicy: 'OnFailure',
      activeDeadlineSeconds: 1,
      containers: [{ name: 'main', image: 'busybox:1', command: sleeper }],
    });
    const phaseOf = async (name: string) => (await plane.pod(name))?.status?.phase;
    await eventually(async () => (await phaseOf('good')) === 'Succeeded', 'success');
    await eventually(async () => (await phaseOf('bad')) === 'Failed', 'failure');
    const bad = await plane.pod('bad');
    assert.equal(bad?.status?.reason, 'DeadlineExceeded');
    await remove('good');
    await remove('bad');
  });

  it('restarts a container whose liveness fails', async () => {
    await plane.createPod('ill', {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'busybox:1',
          command: sleeper,
          livenessProbe: {
            exec: { command: ['/bin/false'] },
            periodSeconds: 1,
            failureThreshold: 1,
          },
        },
      ],
    });
    await eventually(
      async () => ((await plane.pod('ill'))?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
      'a restart',
    );
    const events = await plane.admin.list({
      group: '',
      version: 'v1',
      resource: 'events',
      namespace: 'default',
    });
    const messages = events.items.map((event) => (event as Event).message ?? '');
    assert.ok(messages.includes('Container main failed liveness probe, will be restarted'));
    await remove('ill');
  });

  it('carries on where an agent before it was killed', async () => {
    await plane.createPod('stays', {
      containers: [{ name: 'main', image: 'busybox:1', command: sleeper }],
    });
    const before = await eventually(() => isReady('stays'), 'readiness');
    await node.stop();
    node = await openNode(options);
    await node.start(plane.verbsOfNode(options.name));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = await plane.pod('stays');
    assert.deepEqual(now?.status, before.status);
    await remove('stays');
  });
});
