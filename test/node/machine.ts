/** A real containerd of the test's own, below /tmp, and nothing left of it afterwards. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { silentLogger } from '#base/log.ts';
import { containerdPaths, type NodeNetwork } from '#node/containerd/config.ts';
import { Containerd } from '#node/containerd/containerd.ts';
import { ctrImageTool, type ImageTool } from '#node/containerd/image-tool.ts';
import { chooseLowLevel } from '#node/containerd/low-level.ts';
import { pauseArchive } from '#node/containerd/pause-image.ts';
import { tar } from '#node/images/tar.ts';
import { resetNode } from '#node/reset.ts';
import { connectCri } from '#node/runtime/cri/cri-runtime.ts';
import type { Runtime } from '#node/runtime/runtime.ts';
import { systemCgroups } from '#sys/cgroup.ts';
import { systemClock } from '#sys/clock.ts';
import { sha256Hex } from '#sys/digest.ts';
import { systemFiles } from '#sys/files.ts';
import { systemMounts } from '#sys/mounts.ts';
import { systemProcesses } from '#sys/process.ts';
import { systemTimers } from '#sys/timers.ts';

const needed = [
  '/usr/bin/containerd',
  '/usr/bin/ctr',
  '/usr/bin/busybox',
  '/usr/lib/cni/bridge',
  '/usr/lib/cni/host-local',
];

/** Why a test of real containers cannot run here; false when it can. */
export function noMachine(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = needed.find((path) => !existsSync(path));
  return missing ? `needs ${missing}` : false;
}

export interface Machine {
  readonly directory: string;
  readonly network: NodeNetwork;
  readonly cgroupPrefix: string;
  readonly containerd: Containerd;
  readonly runtime: Runtime;
  readonly imageTool: ImageTool;
  end(): Promise<void>;
}

/** `index` (0-200) keeps machines of test files that run side by side apart. */
export async function startMachine(index: number): Promise<Machine> {
  const directory = mkdtempSync('/tmp/gantry-node-');
  const network = {
    name: `gantry-test-${index}`,
    bridge: `gtest${index}`,
    podCidr: `10.199.${index}.0/24`,
    mtu: 1450,
  };
  const cgroupPrefix = `/gantry-test-${index}`;
  const { socket } = containerdPaths(directory);
  const runtime = connectCri({ socketPath: socket, clock: systemClock, timers: systemTimers });
  const mounts = systemMounts(systemFiles, systemProcesses);
  const lowLevel = await chooseLowLevel(directory, systemFiles, mounts);
  if (!lowLevel) throw new Error('neither crun nor runc');
  const containerd = new Containerd({
    layout: { directory, lowLevel, cniPlugins: '/usr/lib/cni' },
    network,
    registries: [],
    program: '/usr/bin/containerd',
    files: systemFiles,
    processes: systemProcesses,
    clock: systemClock,
    timers: systemTimers,
    logger: silentLogger,
    probe: () =>
      runtime.conditions().then(
        () => true,
        () => false,
      ),
  });
  await containerd.start();
  const imageTool = ctrImageTool(systemProcesses, socket);
  await imageTool.importBytes(pauseArchive(process.arch === 'arm64' ? 'arm64' : 'amd64'));
  await imageTool.importBytes(busyboxArchive('docker.io/library/busybox:1'));
  const end = async (): Promise<void> => {
    const left = await resetNode({
      directory,
      cgroupPrefix,
      network,
      files: systemFiles,
      processes: systemProcesses,
      mounts,
      cgroups: await systemCgroups(systemFiles, mounts),
      timers: systemTimers,
      logger: silentLogger,
      runtime,
      stopContainerd: () => containerd.stop(),
    });
    runtime.close();
    if (left.length > 0) throw new Error(left.join('\n'));
  };
  return { directory, network, cgroupPrefix, containerd, runtime, imageTool, end };
}

/** An image of one static busybox with its applets as links, in an OCI archive. */
export function busyboxArchive(name: string): Uint8Array {
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const applets = execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).trim();
  const layer = tar([
    { name: 'bin/busybox', data: readFileSync('/usr/bin/busybox'), mode: 0o755 },
    ...applets
      .split('\n')
      .filter((applet) => applet !== 'busybox')
      .map((applet) => ({ name: `bin/${applet}`, data: new Uint8Array(), link: 'busybox' })),
    {
      name: 'etc/passwd',
      data: new TextEncoder().encode('root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n'),
    },
    { name: 'etc/group', data: new TextEncoder().encode('root:x:0:\nweb:x:33:\n') },
  ]);
  const config = encode({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256Hex(layer)}`] },
  });
  const described = (mediaType: string, data: Uint8Array) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: `sha256:${sha256Hex(data)}`,
    size: data.length,
  });
  const manifest = encode({
    schemaVersion: 2,
    config: described('config.v1+json', config),
    layers: [described('layer.v1.tar', layer)],
  });
  const index = encode({
    schemaVersion: 2,
    manifests: [
      {
        ...described('manifest.v1+json', manifest),
        annotations: { 'io.containerd.image.name': name },
      },
    ],
  });
  return tar([
    { name: 'oci-layout', data: encode({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', data: index },
    ...[config, manifest, layer].map((data) => ({ name: `blobs/sha256/${sha256Hex(data)}`, data })),
  ]);
}
