/** The seam's promises, held against a real containerd. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isRuntimeError } from '#node/runtime/runtime-error.ts';
import type { ContainerConfig, RuntimeEvent, SandboxConfig } from '#node/runtime/runtime.ts';
import type { GantryNode, NodeOptions } from '#node/node.ts';
import { endNode, eventually, nodeOptions, noMachine, openNode, subnetOf } from './machine.ts';

const skip = noMachine();

function sandboxConfig(machine: NodeOptions, name: string): SandboxConfig {
  return {
    metadata: { name, uid: `uid-${name}`, namespace: 'default', attempt: 0 },
    hostname: name,
    logDirectory: `${machine.directory}/logs/${name}`,
    dnsConfig: { servers: ['10.96.0.10'], searches: ['cluster.local'], options: ['ndots:5'] },
    portMappings: [],
    labels: { 'io.kubernetes.pod.uid': `uid-${name}` },
    annotations: {},
    linux: {
      cgroupParent: `${machine.cgroupPrefix}/kubepods/pod${name}`,
      sysctls: {},
      securityContext: {
        namespaceOptions: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
        privileged: false,
        supplementalGroups: [],
        seccomp: { profileType: 'RuntimeDefault' },
      },
    },
  };
}

function containerConfig(script: string): ContainerConfig {
  return {
    metadata: { name: 'main', attempt: 0 },
    image: { image: 'busybox:1' },
    command: ['/bin/sh', '-c', script],
    args: [],
    workingDir: '',
    envs: [{ key: 'COLOUR', value: 'blue' }],
    mounts: [],
    devices: [],
    labels: { 'io.kubernetes.pod.uid': 'uid-one', 'io.kubernetes.container.name': 'main' },
    annotations: { colour: 'blue' },
    logPath: 'main/0.log',
    stdin: false,
    stdinOnce: false,
    tty: false,
    linux: {
      resources: { cpuShares: 100, memoryLimitInBytes: 64 * 1024 * 1024, oomScoreAdj: 1000 },
      securityContext: {
        privileged: false,
        namespaceOptions: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
        readonlyRootfs: false,
        supplementalGroups: [],
        noNewPrivs: true,
        maskedPaths: [],
        readonlyPaths: [],
      },
    },
  };
}

describe('containerd by CRI', { skip }, () => {
  const options = nodeOptions();
  let machine: GantryNode;
  before(async () => {
    machine = await openNode(options);
  });
  after(() => machine && endNode(machine));

  it('runs, shows, ends and removes a pod', async () => {
    const { runtime } = machine;
    const events: RuntimeEvent[] = [];
    const subscription = runtime.subscribe((event) => events.push(event));
    const config = sandboxConfig(options, 'one');
    const sandboxId = await runtime.runSandbox(config);
    const sandbox = await runtime.sandbox(sandboxId);
    assert.ok(sandbox?.ready);
    assert.ok(sandbox.ips[0]?.startsWith(subnetOf(options)));

    const id = await runtime.createContainer(
      sandboxId,
      containerConfig('echo $COLOUR; trap "exit 7" TERM; while :; do sleep 0.1; done'),
      config,
    );
    await runtime.startContainer(id);
    const running = await runtime.container(id);
    assert.equal(running?.state, 'running');
    assert.equal(running.annotations.colour, 'blue');
    assert.match(running.image, /busybox:1$/);

    const { exitCode, stdout } = await runtime.execSync(
      id,
      ['/bin/sh', '-c', 'id -u; exit 3'],
      5000,
    );
    assert.deepEqual([exitCode, new TextDecoder().decode(stdout)], [3, '0\n']);
    await assert.rejects(runtime.execSync(id, ['/bin/sleep', '20'], 1000), (error) =>
      isRuntimeError(error, 'DeadlineExceeded'),
    );

    await runtime.stopContainer(id, 5);
    const stopped = await runtime.container(id);
    assert.deepEqual([stopped?.state, stopped?.exitCode, stopped?.reason], ['exited', 7, 'Error']);
    await eventually(() => events.find((event) => event.type === 'exited' && event.id === id));

    await runtime.removeContainer(id);
    assert.equal(await runtime.container(id), undefined);
    await runtime.removeContainer(id);
    await runtime.stopSandbox(sandboxId);
    await runtime.removeSandbox(sandboxId);
    await runtime.stopSandbox(sandboxId);
    assert.equal(await runtime.sandbox(sandboxId), undefined);
    subscription.close();
  });

  it('comes back with everything after a kill -9 of containerd', async () => {
    const { runtime } = machine;
    const config = sandboxConfig(options, 'two');
    const sandboxId = await runtime.runSandbox(config);
    const { readFileSync } = await import('node:fs');
    const pid = Number.parseInt(
      readFileSync(`${options.directory}/containerd/containerd.pid`, 'utf8'),
      10,
    );
    process.kill(pid, 'SIGKILL');
    await eventually(() => runtime.sandbox(sandboxId).catch(() => undefined));
    assert.ok((await runtime.sandbox(sandboxId))?.ips[0]);
  });
});
