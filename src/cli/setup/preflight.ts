/** What the machine must have before anything is made. Each "no" names the cure. */
import type { PortOwner } from '#sys/host.ts';
import { type ClusterConfig, clusterPaths } from '../cluster/cluster-config.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';

/** Enough for images, logs and the store to begin with. */
const freeBytesMin = 512 * 1024 * 1024;

export function requireRoot(machine: Machine, command: string): void {
  if (machine.host.userId === 0) return;
  throw new CommandError(
    'machine',
    `"gantry ${command}" must run as root: it makes network interfaces, mounts and cgroups.`,
    `Run it with sudo: "sudo ./gantry ${command}".`,
  );
}

async function requireKernel({ files }: Machine): Promise<void> {
  const filesystems = (await files.readText('/proc/filesystems')) ?? '';
  if (!/\boverlay\b/.test(filesystems)) {
    throw new CommandError(
      'machine',
      'The kernel has no overlay file system, which container images need.',
      'Load it with "modprobe overlay" (and add it to /etc/modules), then run "gantry up" again.',
    );
  }
  for (const [file, feature] of [
    ['/proc/self/ns/net', 'network namespaces (CONFIG_NET_NS)'],
    ['/proc/self/ns/pid', 'process namespaces (CONFIG_PID_NS)'],
  ] as const) {
    if (await files.info(file)) continue;
    throw new CommandError(
      'machine',
      `The kernel has no ${feature}.`,
      'Use a kernel that has it: the one of Debian or Ubuntu does.',
    );
  }
  const controllers = (await files.readText('/sys/fs/cgroup/cgroup.controllers')) ?? '';
  if (!/\bmemory\b/.test(controllers) && !(await files.info('/sys/fs/cgroup/memory'))) {
    throw new CommandError(
      'machine',
      'The memory cgroup controller is off, so limits of containers would not hold.',
      'Add "cgroup_enable=memory" to the kernel command line and restart the machine.',
    );
  }
}

async function requireNftables(machine: Machine): Promise<void> {
  const result = await machine.processes.run('nft', ['list', 'tables'], { timeoutMs: 10_000 });
  if (result.code === 0) return;
  throw new CommandError(
    'machine',
    `nftables does not work on this machine (${result.stderr.trim().split('\n')[0] ?? 'no answer'}), and Services need it.`,
    'Load it with "modprobe nf_tables", or use a kernel with CONFIG_NF_TABLES.',
  );
}

function requireAddress({ host }: Machine): void {
  if (host.addresses().length > 0) return;
  throw new CommandError(
    'machine',
    'This machine has no network address beside loopback, and pods need one to reach it.',
    'Give a link an IPv4 address, then run "gantry up" again.',
  );
}

export async function requireDisk(machine: Machine, config: ClusterConfig): Promise<void> {
  const free = await freeBytes(machine, config.dataDir);
  if (free >= freeBytesMin) return;
  throw new CommandError(
    'machine',
    `The disk that holds ${config.dataDir} has ${Math.floor(free / 1024 / 1024)} MiB free; gantry needs ${freeBytesMin / 1024 / 1024} MiB to begin.`,
    'Make space there, or choose another place with --data-dir.',
  );
}

/** Of the file system that holds the path, or will hold it. */
async function freeBytes({ files }: Machine, path: string): Promise<number> {
  let folder = path;
  while (folder !== '/' && !(await files.info(folder))) {
    folder = folder.slice(0, folder.lastIndexOf('/')) || '/';
  }
  return (await files.space(folder)).availableBytes;
}

export async function requirePorts(machine: Machine, config: ClusterConfig): Promise<void> {
  const wanted = [
    [config.apiPort, '--api-port', 'the API server'],
    [config.httpPort, '--http-port', 'the gateway (HTTP)'],
    [config.httpsPort, '--https-port', 'the gateway (HTTPS)'],
  ] as const;
  for (const [port, option, what] of wanted) {
    const owner = await machine.host.portOwner(port);
    if (owner === undefined || isOwnGateway(machine, config, owner)) continue;
    throw new CommandError(
      'machine',
      `Port ${port}, which ${what} needs, is in use by ${owner.text}.`,
      `Stop that program, or choose another port with ${option}.`,
    );
  }
}

/** It goes on when the program is killed, and the next one takes it over. */
function isOwnGateway({ processes }: Machine, config: ClusterConfig, { pid }: PortOwner): boolean {
  const words = pid === undefined ? [] : (processes.commandLine(pid) ?? []);
  return words.some((word) => word.startsWith(`${clusterPaths(config).gateway}/`));
}

export async function preflight(machine: Machine, config: ClusterConfig): Promise<void> {
  await requireKernel(machine);
  await requireNftables(machine);
  requireAddress(machine);
  await requireDisk(machine, config);
  await requirePorts(machine, config);
  const length = clusterPaths(config).node.length;
  // A unix socket's path holds 107 bytes; the longest below the node's folder needs 40.
  if (length > 60) {
    throw new CommandError(
      'usage',
      `The data directory's path is too long (${config.dataDir.length} characters) for the sockets inside.`,
      'Choose a --data-dir of at most 55 characters.',
    );
  }
}
