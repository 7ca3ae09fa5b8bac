/** A real containerd of the test's own, below /tmp, and nothing left of it afterwards. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { type Logger, silentLogger } from '#base/log.ts';
import { GantryNode, type Machine, type NodeOptions } from '#node/node.ts';
import { systemCgroups } from '#sys/cgroup.ts';
import { systemClock } from '#sys/clock.ts';
import { systemDisks } from '#sys/disks.ts';
import { systemFiles } from '#sys/files.ts';
import { systemKernelLog } from '#sys/kernel-log.ts';
import { systemMounts } from '#sys/mounts.ts';
import { systemProcesses } from '#sys/process.ts';
import { systemRandom } from '#sys/random.ts';
import { sharedChanges } from '#sys/shared-changes.ts';
import { systemTimers } from '#sys/timers.ts';
import { ociArchiveBytes } from '#wire/oci/archive.ts';
import { layerInMemory } from '#wire/oci/layer.ts';
import type { TarContent, TarEntry } from '#wire/oci/tar.ts';

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

export const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

export async function thisMachine(logger: Logger = silentLogger): Promise<Machine> {
  const mounts = systemMounts(systemFiles, systemProcesses);
  return {
    files: systemFiles,
    processes: systemProcesses,
    mounts,
    disks: systemDisks(systemFiles, systemProcesses, mounts),
    propagation: sharedChanges(
      systemFiles,
      '/run/gantry/.shared/propagation',
      `test-${process.pid}`,
    ),
    cgroups: await systemCgroups(systemFiles, mounts),
    kernelLog: systemKernelLog(),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    logger,
    architecture,
  };
}

/** By chance, so that tests that run side by side, of whomever, do not meet. */
export function nodeOptions(): NodeOptions {
  const index = systemRandom.below(250) + 1;
  const directory = `/tmp/gantry-node-${systemRandom.uuid().slice(0, 8)}`;
  return {
    name: `node-${index}`,
    directory,
    volumes: `${directory}/claimed`,
    cgroupPrefix: `/gantry-test-${index}`,
    network: {
      name: `gantry-test-${index}`,
      bridge: `gtest${index}`,
      podCidr: `10.199.${index}.0/24`,
      mtu: 1450,
    },
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    dns: () => ({ servers: ['10.96.0.10'], domain: 'cluster.local' }),
    version: 'v1.36.0',
  };
}

/** containerd runs and has a busybox image. */
export async function openNode(options: NodeOptions, logger?: Logger): Promise<GantryNode> {
  const node = await GantryNode.create(options, await thisMachine(logger));
  await node.startContainerd();
  const path = `${options.directory}/busybox.tar`;
  await systemFiles.write(path, await busyboxArchive('docker.io/library/busybox:1'));
  await node.images.import(path);
  return node;
}

export async function endNode(node: GantryNode): Promise<void> {
  const left = await node.reset();
  if (left.length > 0) throw new Error(left.join('\n'));
}

/** An image of one static busybox with its applets as links, in an OCI archive. */
async function busyboxArchive(name: string): Promise<Uint8Array> {
  const applets = execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).trim();
  const file = (path: string, content: TarContent, mode = 0o644): TarEntry => ({
    path,
    type: 'file',
    content,
    mode,
  });
  const layer = await layerInMemory([
    file('bin/busybox', readFileSync('/usr/bin/busybox'), 0o755),
    ...applets
      .split('\n')
      .filter((applet) => applet !== 'busybox')
      .map((applet): TarEntry => ({ path: `bin/${applet}`, type: 'link', to: 'busybox' })),
    file('etc/passwd', 'root:x:0:0::/:/bin/sh\nweb:x:33:33::/:/bin/sh\n'),
    file('etc/group', 'root:x:0:\nweb:x:33:\n'),
  ]);
  return ociArchiveBytes({
    name,
    architecture,
    layers: [layer],
    command: ['/bin/sh'],
    env: ['PATH=/bin'],
  });
}

export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what = 'it',
  limitMs = 15_000,
  everyMs = 10,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what} did not come about in ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** What the addresses of its pods begin with. */
export const subnetOf = ({ network }: NodeOptions): string => network.podCidr.replace(/0\/24$/, '');
