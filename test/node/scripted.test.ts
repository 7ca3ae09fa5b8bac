/** The agent on a scripted runtime and virtual time, with the real server: hours in a second. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  events,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Event, Node, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { ControlPlane } from '#main/control-plane.ts';
import { NodeAgent } from '#node/agent.ts';
import type { NodeAgentOptions } from '#node/agent-options.ts';
import { nodeSettings, usualSettings } from '#node/decide/node-settings.ts';
import { HostPorts } from '#node/network/host-ports.ts';
import { RuntimeError } from '#node/runtime/runtime-error.ts';
import { calmScript, type Script } from '#node/runtime/scripted/script.ts';
import { ScriptedRuntime } from '#node/runtime/scripted/scripted-runtime.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import type { Processes } from '#sys/process.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { memoryMounts } from '#sys/simulated/memory-mounts.ts';
import { generateKey } from '#wire/pki/key-pair.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { ManualTime } from '#store/testing/manual-time.ts';

const spec = { containers: [{ name: 'main', image: 'app:1' }] };

async function open(
  script: Partial<Script> = {},
  more: Partial<NodeAgentOptions> = {},
  through: (verbs: Verbs) => Verbs = (verbs) => verbs,
) {
  const time = new ManualTime(1_767_323_045_000);
  const parts = { clock: time, timers: time, random: seededRandom(1), logger: silentLogger };
  const plane = await ControlPlane.create({
    ...parts,
    log: silentLogger,
    backend: openMemoryStore({ clock: time, timers: time }),
    serviceRanges: ['10.96.0.0/16'],
    signingKeys: [generateKey()],
    rootCertificates: () => 'none',
  });
  // Signing and hashing go through the machine's threads, first come first served: work of our own that
  // comes back from them shows that what was begun before is back, however busy the machine is.
  const fence = () =>
    Promise.all(
      Array.from({ length: 8 }, () => crypto.subtle.digest('SHA-256', new Uint8Array(64))),
    );
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 3; round += 1) {
      for (let turn = 0; turn < 4; turn += 1) await new Promise((done) => setImmediate(done));
      await fence();
    }
  };
  const run = async (seconds: number, stepMs = 100): Promise<void> => {
    for (let ms = 0; ms < seconds * 1000; ms += stepMs) {
      time.advance(stepMs);
      await settle();
    }
  };
  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let done = false;
    void work.finally(() => {
      done = true;
    });
    while (!done) await run(0.01, 10);
    return work;
  };
  await drive(plane.start());
  const runtime = new ScriptedRuntime({
    ...parts,
    script: { ...calmScript, ...script },
    address: (count) => `10.42.0.${count}`,
  });
  const verbs = plane.server.verbsFor({
    name: 'system:node:n1',
    groups: ['system:nodes', 'system:authenticated'],
  });
  const { files } = new MemoryFiles({
    '/proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\n',
  });
  const makeAgent = (other: Partial<NodeAgentOptions> = {}): NodeAgent =>
    new NodeAgent({
      ...parts,
      nodeName: 'n1',
      directory: '/node',
      cgroupPrefix: '/gantry',
      verbs: through(verbs),
      runtime,
      files,
      mounts: memoryMounts(),
      cgroups: undefined,
      network: {
        http: () => Promise.resolve({ status: 200, body: '' }),
        tcp: () => Promise.resolve(),
        grpc: () => Promise.resolve('SERVING'),
      },
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
      podCidrs: ['10.42.0.0/24'],
      labels: {},
      architecture: 'amd64',
      version: 'v1.36.0',
      dns: () => ({ servers: ['10.96.0.10'], domain: 'cluster.local' }),
      settings: usualSettings,
      podsMax: 110,
      reserved: { cpuMilli: 0, memoryBytes: 0 },
      capacity: { cpuMilli: 8000, memoryBytes: 8e9 },
      sandboxesAtOnce: 8,
      relistMs: 60_000,
      ...more,
      ...other,
    });
  const agent = makeAgent();
  await drive(agent.start());
  const admin = plane.server.verbsFor({ name: 'admin', groups: ['system:masters'] });
  const inDefault = collectionOf(pods, 'default');
  const inDefaultEvents = collectionOf(events, 'default');
  await run(1);
  return {
    time,
    runtime,
    run,
    drive,
    agent,
    makeAgent,
    create: (name: string, podSpec: object = spec) =>
      admin.create(inDefault, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: podSpec,
      } as Pod),
    make: (kind: Kind, object: object) =>
      admin.create(
        collectionOf(kind, kind.namespaced ? 'default' : undefined),
        object as KubeObject,
      ),
    get: async (name: string) =>
      (await admin.get({ ...inDefault, name }).catch(() => undefined)) as Pod | undefined,
    memory: ({ availableKb }: { availableKb: number }) =>
      files.write('/proc/meminfo', `MemTotal: 8000000 kB\nMemAvailable: ${availableKb} kB\n`),
    resize: (name: string, resources: object) =>
      admin.patch(
        { ...inDefault, name, subresource: 'resize' },
        { type: 'strategic', body: { spec: { containers: [{ name: 'main', resources }] } } },
      ),
    readiness: async () => {
      const node = (await admin.get({ ...collectionOf(nodes), name: 'n1' })) as Node;
      return node.status?.conditions?.find(({ type }) => type === 'Ready');
    },
    cordon: (unschedulable: boolean) =>
      admin.patch(
        { ...collectionOf(nodes), name: 'n1' },
        { type: 'merge', body: { spec: { unschedulable } } },
      ),
    label: (labels: Readonly<Record<string, string>>) =>
      admin.patch(
        { ...collectionOf(nodes), name: 'n1' },
        { type: 'merge', body: { metadata: { labels } } },
      ),
    eventsOf: async (name: string) => {
      const { items } = await admin.list(inDefaultEvents);
      return (items as readonly Event[])
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    },
    deleteNode: () => admin.delete({ ...collectionOf(nodes), name: 'n1' }),
    nodeEvents: async () => {
      const { items } = await admin.list(collectionOf(events, 'default'));
      return (items as readonly Event[])
        .filter(({ involvedObject }) => involvedObject.kind === 'Node')
        .map(({ reason = '', message = '', type = '' }) => ({ reason, message, type }));
    },
    delete: (name: string, gracePeriodSeconds?: number) =>
      admin.delete({ ...inDefault, name }, { gracePeriodSeconds }),
  };
}

/** That comes to the node without the scheduler. */
const sent = (cpu: string, more: object = {}) => ({
  nodeName: 'n1',
  containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu } } }],
  ...more,
});

const statusOf = (pod: Pod | undefined) => pod?.status?.containerStatuses?.[0];

describe('agent on a scripted runtime', () => {
  it('waits 10 s, 20 s, 40 s … between crashes, and carries on after a restart', async () => {
    const world = await open({ container: () => ({ runMs: 500, exitCode: 1 }) });
    const created = await world.create('crash');
    await world.run(40);
    const starts = (): number =>
      world.runtime.calls.filter((call) => call.startsWith('createContainer crash')).length;
    // 0 s, 0.5 s, 11 s, 31.5 s
    assert.equal(starts(), 4);
    const before = statusOf(await world.get('crash'));
    assert.equal(before?.state?.waiting?.reason, 'CrashLoopBackOff');
    await world.drive(world.agent.stop());
    const again = world.makeAgent();
    await world.drive(again.start());
    await world.run(2);
    assert.deepEqual(statusOf(await world.get('crash')), before);
    assert.match(
      before?.state?.waiting?.message ?? '',
      new RegExp(`^back-off 40s .*${created.metadata.uid}`),
    );
    await world.run(41);
    assert.equal(starts(), 5);
  });

  it('says that its node was cordoned, and that it is open again', async () => {
    const world = await open();
    const told = async () =>
      (await world.nodeEvents()).filter(({ reason }) => reason.endsWith('Schedulable'));
    assert.deepEqual(await told(), []);
    await world.cordon(true);
    await world.run(1);
    assert.deepEqual(await told(), [
      {
        type: 'Normal',
        reason: 'NodeNotSchedulable',
        message: 'Node n1 status is now: NodeNotSchedulable',
      },
    ]);
    await world.run(30);
    await world.cordon(false);
    await world.run(1);
    const reasons = (await told()).map(({ reason }) => reason);
    assert.deepEqual(reasons.sort(), ['NodeNotSchedulable', 'NodeSchedulable']);
  });

  it('registers its node anew at once when somebody has removed it', async () => {
    const world = await open();
    await world.create('web');
    await world.run(2);
    await world.deleteNode();
    await world.run(1);
    assert.equal((await world.readiness())?.status, 'True');
    await world.run(60);
    assert.equal((await world.get('web'))?.status?.phase, 'Running');
  });

  it('makes a lost sandbox again, and its containers in it', async () => {
    const world = await open();
    const { metadata } = await world.create('web');
    await world.run(2);
    assert.equal((await world.get('web'))?.status?.podIP, '10.42.0.1');
    world.runtime.loseSandbox(metadata.uid ?? '');
    await world.run(3);
    const pod = await world.get('web');
    assert.equal(pod?.status?.phase, 'Running');
    assert.equal(statusOf(pod)?.restartCount, 1);
    assert.notEqual(pod?.status?.podIP, '10.42.0.1');
  });

  it('ends a pod whose deadline a jump of the clock has passed', async () => {
    const world = await open();
    await world.create('brief', { ...spec, activeDeadlineSeconds: 7200 });
    await world.run(3);
    assert.equal((await world.get('brief'))?.status?.phase, 'Running');
    world.time.jump(3 * 3600_000);
    await world.run(15);
    const { phase, reason } = (await world.get('brief'))?.status ?? {};
    assert.deepEqual([phase, reason], ['Failed', 'DeadlineExceeded']);
  });

  it('waits as long as it meant to before it tries again, whoever sets the clock', async () => {
    const triesWith = async (jumpMs: number): Promise<readonly string[]> => {
      const tries: string[] = [];
      let seconds = (): number => 0;
      const world = await open({
        image: () => {
          tries.push(`image ${seconds()}`);
          return { error: 'no route to host' };
        },
        sandbox: (pod) => {
          tries.push(`sandbox ${pod} ${seconds()}`);
          return pod === 'broken' ? { error: 'no bridge' } : {};
        },
      });
      const beganMs = world.time.monotonic();
      seconds = () => Math.floor((world.time.monotonic() - beganMs) / 1000);
      await world.create('broken');
      await world.create('web', { containers: [{ name: 'main', image: 'r.test/app:1' }] });
      await world.run(15);
      world.time.jump(jumpMs);
      await world.run(60);
      return tries;
    };
    const undisturbed = await triesWith(0);
    assert.ok(undisturbed.length > 8, undisturbed.join(', '));
    for (const jumpMs of [-200_000, 200_000])
      assert.deepEqual(await triesWith(jumpMs), undisturbed);
  });

  it('leads all host ports on from its first look after a restart', async () => {
    const tables: string[] = [];
    const { files } = new MemoryFiles({});
    const processes = {
      run: (_program: string, _args: readonly string[], options?: { input?: string }) => {
        if (options?.input) tables.push(options.input);
        return Promise.resolve({ code: 0, stdout: '', stderr: '' });
      },
    } as unknown as Processes;
    const table = () => ({ name: 't', podCidr: '10.42.0.0/24', bridge: 'b', reserved: [] });
    const hostPorts = () => new HostPorts({ table, files, processes, logger: silentLogger });
    const world = await open({}, { hostPorts: hostPorts() });
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const ports = [{ containerPort: 80, hostPort: 8080 + index }];
      await world.create(name, { containers: [{ name: 'main', image: 'app:1', ports }] });
    }
    await world.run(3);
    const whole = tables.at(-1) ?? '';
    assert.match(whole, /8080.*8081.*8082/s);
    await world.drive(world.agent.stop());
    tables.length = 0;
    const again = world.makeAgent({ hostPorts: hostPorts() });
    await world.drive(again.start());
    await world.run(3);
    assert.deepEqual(tables, [whole]);
  });

  it('starts a pod that named its own node when its claim comes and is bound', async () => {
    const world = await open();
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await world.create('early', { ...spec, nodeName: 'n1', volumes });
    // By now it is tried again each minute, and less.
    await world.run(70);
    assert.equal((await world.get('early'))?.status?.phase, 'Pending');
    const claimed = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
    await world.make(persistentVolumeClaims as Kind, {
      metadata: { name: 'data', namespace: 'default' },
      spec: { ...claimed, resources: { requests: { storage: '1Mi' } } },
    });
    await world.run(2);
    assert.equal((await world.get('early'))?.status?.phase, 'Pending');
    await world.make(persistentVolumes as Kind, {
      metadata: { name: 'data' },
      spec: { ...claimed, capacity: { storage: '1Mi' }, hostPath: { path: '/data' } },
    });
    await world.run(20);
    assert.equal((await world.get('early'))?.status?.phase, 'Running');
  });

  it('gives a container that does not listen its grace period, then ends it', async () => {
    const world = await open({ container: () => ({}) });
    await world.create('deaf', { ...spec, terminationGracePeriodSeconds: 5 });
    await world.run(2);
    await world.drive(world.delete('deaf'));
    await world.run(3);
    assert.ok(await world.get('deaf'));
    await world.run(4);
    assert.equal(await world.get('deaf'), undefined);
    assert.equal(world.agent.mirror.podUids().size, 0);
  });

  it('hurries when a second deletion leaves less time', async () => {
    const world = await open({ container: () => ({}) });
    await world.create('slow', { ...spec, terminationGracePeriodSeconds: 600 });
    await world.run(2);
    await world.drive(world.delete('slow'));
    await world.run(5);
    assert.ok(await world.get('slow'));
    await world.drive(world.delete('slow', 2));
    await world.run(4);
    assert.equal(await world.get('slow'), undefined);
  });

  it('resizes in place when there is room, and keeps that over a restart of the agent', async () => {
    const world = await open();
    const sized = (cpu: string) => ({
      containers: [{ name: 'main', image: 'app:1', resources: { requests: { cpu } } }],
    });
    await world.create('big', sized('6'));
    await world.create('small', sized('1'));
    await world.run(3);
    const told = () => world.runtime.calls.filter((call) => call.startsWith('updateResources'));
    const pending = async () =>
      (await world.get('small'))?.status?.conditions?.find(
        ({ type }) => type === 'PodResizePending',
      )?.reason;
    await world.resize('small', { requests: { cpu: '2' } });
    await world.run(2);
    assert.deepEqual(told(), ['updateResources main 2048 0']);
    assert.deepEqual(statusOf(await world.get('small'))?.resources, { requests: { cpu: '2' } });
    await world.resize('small', { requests: { cpu: '4' } });
    await world.run(2);
    assert.equal(await pending(), 'Deferred');
    await world.drive(world.agent.stop());
    const again = world.makeAgent();
    await world.drive(again.start());
    await world.run(2);
    assert.equal(await pending(), 'Deferred');
    assert.equal(told().length, 1);
    await world.drive(world.delete('big'));
    await world.run(5);
    assert.equal(await pending(), undefined);
    assert.deepEqual(statusOf(await world.get('small'))?.allocatedResources, { cpu: '4' });
    assert.deepEqual(told().at(-1), 'updateResources main 4096 0');
    assert.equal(statusOf(await world.get('small'))?.restartCount, 0);
  });

  it('grants a resize that comes before the first container, only where there is room', async () => {
    const image = { pullMs: 3_000, sizeBytes: 1 };
    const world = await open({ image: () => image });
    const resources = { requests: { cpu: '1' } };
    await world.create('early', { containers: [{ name: 'main', image: 'app:1', resources }] });
    await world.run(1);
    await world.resize('early', { requests: { cpu: '64' } });
    await world.run(5);
    const { conditions } = (await world.get('early'))?.status ?? {};
    assert.equal(conditions?.find(({ type }) => type === 'PodResizePending')?.reason, 'Infeasible');
    assert.deepEqual(statusOf(await world.get('early'))?.allocatedResources, { cpu: '1' });
    assert.deepEqual(statusOf(await world.get('early'))?.resources, resources);
  });

  it('lets pods in while there is room, in the order in which they came', async () => {
    const world = await open({ container: () => ({}) });
    const phases = async (...names: string[]) =>
      Promise.all(names.map(async (name) => (await world.get(name))?.status?.phase));
    const made = ['first', 'second', 'third'].map((name, index) =>
      world.create(name, sent(index === 2 ? '3' : '5', { terminationGracePeriodSeconds: 20 })),
    );
    await world.drive(Promise.all(made));
    await world.run(2);
    assert.deepEqual(await phases('first', 'second', 'third'), ['Running', 'Failed', 'Running']);
    const { reason, message, containerStatuses } = (await world.get('second'))?.status ?? {};
    // So that `kubectl get pods` shows the reason.
    assert.equal(containerStatuses, undefined);
    const words =
      "Node didn't have enough resource: cpu, requested: 5000, used: 5000, capacity: 8000";
    assert.deepEqual([reason, message], ['OutOfcpu', `Pod was rejected: ${words}`]);
    assert.deepEqual(await world.eventsOf('second'), [`Warning OutOfcpu: ${words}`]);
    assert.ok(!world.runtime.calls.includes('runSandbox second 0'));

    await world.drive(world.agent.stop());
    const again = world.makeAgent();
    await world.drive(again.start());
    await world.drive(world.delete('first'));
    await world.create('early', sent('5'));
    await world.run(2);
    assert.deepEqual(await phases('first', 'early', 'third'), ['Running', 'Failed', 'Running']);
    await world.run(20);
    await world.create('late', sent('5'));
    await world.run(2);
    assert.deepEqual(await phases('first', 'late', 'third'), [undefined, 'Running', 'Running']);
  });

  it('ends a pod for one that it cannot do without, which waits for its end', async () => {
    const world = await open({ container: () => ({}) });
    await world.create('usual', sent('5', { terminationGracePeriodSeconds: 5 }));
    await world.create('small', sent('1'));
    await world.run(2);
    await world.create('critical', sent('4', { priorityClassName: 'system-node-critical' }));
    await world.create('behind', sent('4'));
    await world.run(3);
    assert.equal((await world.get('critical'))?.status?.phase, 'Pending');
    assert.equal((await world.get('usual'))?.status?.phase, 'Running');
    await world.run(5);
    assert.equal((await world.get('critical'))?.status?.phase, 'Running');
    assert.equal((await world.get('behind'))?.status?.reason, 'OutOfcpu');
    assert.equal((await world.get('small'))?.status?.phase, 'Running');
    const usual = (await world.get('usual'))?.status;
    assert.deepEqual([usual?.phase, usual?.reason], ['Failed', 'Preempting']);
    const disrupted = usual?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    assert.match(disrupted?.message ?? '', /to accommodate a critical pod/);
    assert.ok(
      (await world.eventsOf('usual')).includes(
        'Warning Preempting: Preempted in order to admit critical pod',
      ),
    );
  });

  it('asks what its node is like now before it turns a pod away for it', async () => {
    let deaf = false;
    const world = await open({}, {}, (verbs) => {
      const late = Object.create(verbs) as Verbs;
      late.watch = (of, options, sink) =>
        verbs.watch(of, options, {
          event: (type, object) => {
            if (!deaf || object.kind !== 'Node') sink.event(type, object);
          },
          closed: (error) => sink.closed(error),
        });
      return late;
    });
    await world.create('other', sent('1', { nodeSelector: { disk: 'fast' } }));
    await world.run(1);
    assert.match(
      (await world.get('other'))?.status?.message ?? '',
      /^Pod was rejected: Predicate NodeAffinity failed: node\(s\) didn't match Pod's node aff/,
    );
    deaf = true;
    await world.drive(world.label({ disk: 'fast' }));
    await world.create('quick', sent('1', { nodeSelector: { disk: 'fast' } }));
    await world.run(2);
    assert.equal((await world.get('quick'))?.status?.phase, 'Running');
  });

  it('gives up pods one by one when memory runs out, and takes best effort ones later', async () => {
    const world = await open();
    const asking = (priority: string, memory?: string) => ({
      priorityClassName: priority,
      terminationGracePeriodSeconds: 20,
      containers: [
        { name: 'main', image: 'app:1', ...(memory && { resources: { requests: { memory } } }) },
      ],
    });
    await world.create('careless', asking(''));
    await world.create('modest', asking('', '100Mi'));
    await world.create('critical', asking('system-cluster-critical'));
    await world.run(3);
    await world.memory({ availableKb: 50_000 });
    await world.run(13);
    const evicted = await world.get('careless');
    assert.deepEqual([evicted?.status?.phase, evicted?.status?.reason], ['Failed', 'Evicted']);
    assert.match(
      evicted?.status?.message ?? '',
      /^The node was low on resource: memory. Threshold/,
    );
    assert.ok(world.runtime.calls.includes('stopContainer main 1'));
    const disrupted = evicted?.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    assert.equal(disrupted?.reason, 'TerminationByKubelet');
    await world.run(5);
    assert.equal((await world.get('modest'))?.status?.reason, 'Evicted');
    assert.equal((await world.get('critical'))?.status?.phase, 'Running');
    await world.memory({ availableKb: 7_000_000 });
    // The scheduler would send none.
    await world.create('late', { ...asking(''), nodeName: 'n1' });
    await world.run(3);
    const late = await world.get('late');
    assert.equal(
      late?.status?.message,
      'Pod was rejected: The node had condition: [MemoryPressure]. ',
    );
    await world.run(310, 1000);
    await world.create('later', asking(''));
    await world.run(3);
    assert.equal((await world.get('later'))?.status?.phase, 'Running');
  });

  it('ends pods for good when the machine goes down, those that others need last', async () => {
    const settings = nodeSettings({
      shutdownGracePeriod: '30s',
      shutdownGracePeriodCriticalPods: '10s',
    });
    const world = await open({}, { settings });
    const withClass = (priorityClassName: string) => ({ ...spec, priorityClassName });
    await world.create('web', withClass(''));
    await world.create('dns', withClass('system-node-critical'));
    await world.run(3);
    const started = world.runtime.calls.length;
    await world.drive(world.agent.shutDown());
    const web = await world.get('web');
    assert.deepEqual(
      [web?.status?.phase, web?.status?.reason, web?.status?.message],
      ['Failed', 'Terminated', 'Pod was terminated in response to imminent node shutdown.'],
    );
    assert.equal((await world.get('dns'))?.status?.reason, 'Terminated');
    const ends = world.runtime.calls.slice(started).filter((call) => call.startsWith('stop'));
    assert.deepEqual(
      [ends.indexOf('stopSandbox web') < ends.lastIndexOf('stopContainer main 10'), ends.length],
      [true, 4],
      ends.join(', '),
    );
    assert.match((await world.readiness())?.message ?? '', /node is shutting down/);
  });

  for (const [title, hold] of [
    ['are still being read', (gate: Promise<void>) => gate],
    [
      'could not be read at first',
      (gate: Promise<void>, tries: number) =>
        tries === 1 ? Promise.reject(new Error('EIO')) : gate,
    ],
  ] as const) {
    it(`ends no pod of the node's own files while they ${title}`, async () => {
      const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own' }, spec };
      const { files } = new MemoryFiles({ '/manifests/own.json': JSON.stringify(manifest) });
      const world = await open({}, { files, manifests: '/manifests' });
      await world.run(3);
      const [uid = ''] = world.agent.mirror.podUids();
      await world.drive(world.agent.stop());
      const gate = Promise.withResolvers<void>();
      let tries = 0;
      const slow = {
        ...files,
        list: async (path: string) => {
          if (path === '/manifests') await hold(gate.promise, (tries += 1));
          return files.list(path);
        },
      };
      const again = world.makeAgent({ files: slow });
      const started = again.start();
      await world.run(1);
      world.runtime.crash(uid, 'main', 1);
      await world.run(25);
      assert.deepEqual(
        world.runtime.calls.filter((call) => /Sandbox/.test(call)),
        ['runSandbox own-n1 0'],
      );
      gate.resolve();
      await world.drive(started);
      await world.run(25);
      assert.deepEqual([again.mirror.podUids().size, tries > 0], [1, true]);
      assert.equal(statusOf(await world.get('own-n1'))?.restartCount, 1);
      assert.ok(!world.runtime.calls.includes('stopSandbox own-n1'));
      await world.drive(again.stop());
    });
  }

  it('ends what is left of a pod of a file that went while nobody looked', async () => {
    const manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own' }, spec };
    const { files } = new MemoryFiles({ '/manifests/own.json': JSON.stringify(manifest) });
    const world = await open({}, { files, manifests: '/manifests' });
    await world.run(3);
    await world.drive(world.agent.stop());
    await files.remove('/manifests/own.json');
    const again = world.makeAgent();
    await world.drive(again.start());
    await world.run(3);
    assert.equal(again.mirror.podUids().size, 0);
    assert.equal(await world.get('own-n1'), undefined);
    await world.drive(again.stop());
  });

  it('holds everything while the runtime is away', async () => {
    const world = await open();
    await world.create('one');
    await world.run(2);
    world.runtime.setAvailable(false);
    await world.create('two');
    await world.run(3);
    assert.equal((await world.readiness())?.status, 'True');
    await world.run(12);
    const down = await world.readiness();
    assert.deepEqual([down?.status, down?.message], ['False', 'container runtime is down']);
    assert.equal((await world.get('one'))?.status?.phase, 'Running');
    assert.equal((await world.get('two'))?.status?.phase, 'Pending');
    world.runtime.setAvailable(true);
    await world.run(5);
    assert.equal((await world.get('two'))?.status?.phase, 'Running');
    assert.equal((await world.readiness())?.status, 'True');
  });

  it('removes a sandbox that comes to light while the pod’s object is being deleted', async () => {
    const held: (() => void)[] = [];
    const world = await open({}, {}, (verbs) => withLateDeletions(verbs, held));
    const { runtime } = world;
    const reveal = loseSandboxAnswers(runtime);
    await world.create('one');
    await world.run(1);
    await world.drive(world.delete('one'));
    await world.run(2);
    // The agent, which knows of nothing that ran, has let the object go, and has not heard yet that it went.
    assert.equal(await world.get('one'), undefined);
    assert.equal(held.length, 1);
    reveal();
    await world.run(61, 1000);
    assert.ok(!runtime.calls.includes('removeSandbox one'), runtime.calls.join(', '));
    for (const tell of held) tell();
    await world.run(2);
    assert.deepEqual(await runtime.listSandboxes(), [], runtime.calls.join(', '));
  });
});

/** Sandboxes are made, but the asker hears of a failure and sees none of them until they are revealed. */
function loseSandboxAnswers(runtime: ScriptedRuntime): () => void {
  const make = runtime.runSandbox.bind(runtime);
  const list = runtime.listSandboxes.bind(runtime);
  let isHidden = true;
  runtime.runSandbox = async (config) => {
    await make(config);
    throw new RuntimeError('DeadlineExceeded', 'it took too long');
  };
  runtime.listSandboxes = async () => (isHidden ? [] : list());
  return () => (isHidden = false);
}

/** Whoever watches hears of what was deleted only when what is held is told. */
function withLateDeletions(verbs: Verbs, held: (() => void)[]): Verbs {
  return {
    ...verbs,
    watch: (ref, options, sink) =>
      verbs.watch(ref, options, {
        ...sink,
        event: (type, object) => {
          if (type === 'DELETED') held.push(() => sink.event(type, object));
          else sink.event(type, object);
        },
      }),
  };
}
