/**
 * Takes off the machine what a node put there: sandboxes, containerd, mounts, control groups, the
 * bridge, address records, sockets, and with `resetNode` files. May be run again after it was
 * interrupted; what cannot be removed is named in the answer.
 */
import type { Timers } from '#base/clock.ts';
import { wordsOf } from '#base/words.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Disks } from '#sys/disks.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import { removeTable } from '#sys/nftables.ts';
import { type Processes, pidsOf } from '#sys/process.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';
import { containerdPaths } from './containerd/config.ts';
import { hostPortTable } from './decide/host-ports.ts';
import { unshareMounts } from './mount-propagation.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface ClearOptions {
  readonly directory: string;
  readonly cgroupPrefix: string;
  readonly network: { readonly name: string; readonly bridge: string };
  readonly files: Files;
  readonly processes: Processes;
  readonly mounts: Mounts;
  readonly disks: Disks;
  /** Their disks are let go; the files stay. */
  readonly volumes: string;
  readonly propagation: SharedChanges;
  readonly cgroups: Cgroups;
  readonly timers: Timers;
}

export interface ResetOptions extends ClearOptions {
  /** Of a containerd that serves calls; absent when it cannot be started any more. */
  readonly runtime: Runtime | undefined;
  /** Ends containerd, called when the sandboxes are gone. */
  readonly stopContainerd: () => Promise<void>;
}

const cniFolder = '/var/lib/cni';
const shimFolder = '/run/containerd';
const shimSockets = `${shimFolder}/s`;
const sideBySide = 8;

/** All but files: what must not stay when containerd has been stopped. */
export async function clearNode(options: ClearOptions): Promise<readonly string[]> {
  const { directory, cgroups, cgroupPrefix, processes, network, mounts } = options;
  const { left, attempt } = attempts();
  await attempt('shims', () => endShims(options));
  // Before the mounts: some hierarchies are mounted below the directory.
  await attempt('control groups', () => endCgroups(cgroups, cgroupPrefix, options));
  await attempt('mounts', () => unmountBelow(directory, mounts));
  await attempt('volumes', () => options.disks.releaseBelow(options.volumes));
  await attempt('mount propagation', () => unshareMounts(mounts, options.propagation));
  // Both fail when there is no such thing, which is as good.
  await attempt('bridge', () => processes.run('ip', ['link', 'delete', network.bridge]));
  await attempt('host ports', () => removeTable(processes, hostPortTable(network.bridge)));
  await attempt('network records', () => removeNetworkRecords(options));
  return left;
}

export async function resetNode(options: ResetOptions): Promise<readonly string[]> {
  const { runtime, files, directory } = options;
  const { left, attempt } = attempts();
  if (runtime) await attempt('sandboxes', () => removeSandboxes(runtime));
  await attempt('containerd', options.stopContainerd);
  left.push(...(await clearNode(options)));
  await attempt('files', () => files.remove(directory));
  return left;
}

/** Goes on after a failure: the more is gone the better. */
function attempts() {
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`${what}: ${wordsOf(error)}`);
    }
  };
  return { left, attempt };
}

/**
 * CNI's cache is the machine's; a record names the network namespace, and ours lie below our
 * directory. Those of `loopback` carry no name of the network.
 */
async function removeNetworkRecords({ files, directory, network }: ClearOptions): Promise<void> {
  const results = `${cniFolder}/results`;
  for (const { name } of await files.list(results)) {
    const isOurs =
      name.startsWith(`${network.name}-`) ||
      (await files.readText(`${results}/${name}`))?.includes(`"${directory}/`);
    if (isOurs) await files.remove(`${results}/${name}`);
  }
  // What CNI and the shims made for everybody goes with the last who used it.
  for (const folder of [results, cniFolder, shimSockets, shimFolder]) {
    await files.removeEmptyDirectory(folder);
  }
}

/** Containers go with their sandboxes. */
async function removeSandboxes(runtime: Runtime): Promise<void> {
  const waiting = [...(await runtime.listSandboxes())];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await runtime.stopSandbox(next.id);
      await runtime.removeSandbox(next.id);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
}

/** Those that a killed containerd left; each names our containerd's socket among its words. */
async function endShims({ directory, files, processes }: ClearOptions): Promise<void> {
  const { socket, state } = containerdPaths(directory);
  for (const pid of await pidsOf(files)) {
    const words = processes.commandLine(pid) ?? [];
    if (words[0]?.includes('containerd-shim') && words.some((word) => word.startsWith(socket))) {
      processes.signal(pid, 'SIGKILL');
    }
  }
  const tasks = `${state}/io.containerd.runtime.v2.task/k8s.io`;
  for (const { name } of await files.list(tasks)) {
    const address = (await files.readText(`${tasks}/${name}/address`))?.replace('unix://', '');
    if (address?.startsWith(shimSockets)) await files.remove(address);
  }
}

async function unmountBelow(directory: string, mounts: Mounts): Promise<void> {
  const below = (await mounts.list()).filter(({ path }) => path.startsWith(`${directory}/`));
  for (const { path } of below.reverse()) await mounts.unmount(path);
}

/** Ends what still runs in them first: a killed shim leaves its processes. */
async function endCgroups(
  cgroups: Cgroups,
  prefix: string,
  { processes, timers }: ClearOptions,
): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    for (const path of await cgroups.tree(prefix)) {
      for (const pid of await cgroups.members(path)) processes.signal(pid, 'SIGKILL');
    }
    if (await cgroups.remove(prefix)) return;
    await new Promise<void>((resolve) => timers.after(100, resolve));
  }
  throw new Error(`${prefix} is still in use`);
}
