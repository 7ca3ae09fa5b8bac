/** What the machine must have before anything is made. Each "no" names the cure. */
import type { PortOwner } from '#sys/host.ts';
import { type ClusterConfig, clusterPaths } from '../cluster/cluster-config.ts';
import { CommandError } from '../exit-code.ts';
import { kernelLacks, workingControllers } from '../doctor/kernel.ts';
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

async function requireKernel(machine: Machine): Promise<void> {
  const [lack] = await kernelLacks(machine);
  if (lack) {
    throw new CommandError(
      'machine',
      `The kernel of this machine lacks ${lack.feature}.`,
      `${lack.how} Then run "gantry up" again.`,
    );
  }
  if ((await workingControllers(machine)).includes('memory')) return;
  throw new CommandError(
    'machine',
    'The memory cgroup controller is off, so limits of containers would not hold.',
    'Add "cgroup_enable=memory" to the kernel command line and restart the machine.',
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

interface ClusterPort {
  readonly port: number;
  readonly option: string;
  /** For a person. */
  readonly what: string;
}

export function portsOf({ apiPort, httpPort, httpsPort }: ClusterConfig): ClusterPort[] {
  return [
    { port: apiPort, option: '--api-port', what: 'the API server' },
    { port: httpPort, option: '--http-port', what: 'the gateway (HTTP)' },
    { port: httpsPort, option: '--https-port', what: 'the gateway (HTTPS)' },
  ];
}

export async function requirePorts(machine: Machine, config: ClusterConfig): Promise<void> {
  for (const { port, option, what } of portsOf(config)) {
    const owner = await machine.host.portOwner(port);
    if (owner === undefined || isOwnGateway(machine, config, owner)) continue;
    const cluster = clusterBehind(machine, owner);
    throw new CommandError(
      'machine',
      `Port ${port}, which ${what} needs, is in use by ${cluster ? `the cluster "${cluster}"` : owner.text}.`,
      cluster
        ? `Choose another port with ${option}, or end that cluster ("gantry down --name ${cluster}").`
        : `Stop that program, or choose another port with ${option}.`,
    );
  }
}

/** Of a gantry that serves, the name of its cluster. */
function clusterBehind({ processes }: Machine, { pid }: PortOwner): string | undefined {
  const words = pid === undefined ? [] : (processes.commandLine(pid) ?? []);
  const at = words.findIndex((word) => /(^|\/)gantry(\.c?[jt]s)?$/.test(word));
  if (at < 0 || words[at + 1] !== 'serve') return undefined;
  const name = words.indexOf('--name', at);
  return name < 0 ? undefined : words[name + 1];
}

/** It goes on when the program is killed, and the next one takes it over. */
function isOwnGateway({ processes }: Machine, config: ClusterConfig, { pid }: PortOwner): boolean {
  const words = pid === undefined ? [] : (processes.commandLine(pid) ?? []);
  return words.some((word) => word.startsWith(`${clusterPaths(config).gateway}/`));
}

export async function preflight(machine: Machine, config: ClusterConfig): Promise<void> {
  await requireKernel(machine);
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
