/**
 * Takes everything off the machine that a node put there: sandboxes, containerd, mounts, control
 * groups, the bridge, address records, sockets, files. May be run again after it was interrupted;
 * what cannot be removed is named in the answer.
 */
import type { Logger } from '#base/log.ts';
import type { Timers } from '#base/clock.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { Processes } from '#sys/process.ts';
import { containerdPaths } from './containerd/config.ts';
import { hostPortTable } from './decide/host-ports.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface ResetOptions {
  readonly directory: string;
  readonly cgroupPrefix: string;
  readonly network: { readonly name: string; readonly bridge: string };
  readonly files: Files;
  readonly processes: Processes;
  readonly mounts: Mounts;
  readonly cgroups: Cgroups;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Of a containerd that serves calls; absent when it cannot be started any more. */
  readonly runtime: Runtime | undefined;
  /** Ends containerd, called when the sandboxes are gone. */
  readonly stopContainerd: () => Promise<void>;
}

const cniResults = '/var/lib/cni/results';
const shimSockets = '/run/containerd/s';
const sideBySide = 8;

export async function resetNode(options: ResetOptions): Promise<readonly string[]> {
  const { directory, files, cgroups, cgroupPrefix, processes, network, runtime } = options;
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      left.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (runtime) await attempt('sandboxes', () => removeSandboxes(runtime));
  await attempt('containerd', options.stopContainerd);
  await attempt('shims', () => endShims(options));
  await attempt('mounts', () => unmountBelow(directory, options.mounts));
  await attempt('control groups', () => endCgroups(cgroups, cgroupPrefix, options));
  await attempt('bridge', async () => {
    if (await files.info(`/sys/class/net/${network.bridge}`)) {
      await processes.run('ip', ['link', 'delete', network.bridge]);
    }
  });
  await attempt('host ports', () =>
    // Fails when there is no such table, which is as good.
    processes.run('nft', ['delete', 'table', 'ip', hostPortTable(network.bridge)]),
  );
  await attempt('network records', async () => {
    for (const { name } of await files.list(cniResults)) {
      if (name.startsWith(`${network.name}-`)) await files.remove(`${cniResults}/${name}`);
    }
  });
  await attempt('files', () => files.remove(directory));
  return left;
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
async function endShims({ directory, files, processes }: ResetOptions): Promise<void> {
  const { socket, state } = containerdPaths(directory);
  for (const { name } of await files.list('/proc')) {
    const pid = Number(name);
    if (!(pid > 1)) continue;
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
  { processes, timers }: ResetOptions,
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
