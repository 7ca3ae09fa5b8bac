/** What `down` and `reset` do to the machine when the program itself has ended. */
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import { jsonLogger } from './logger.ts';
import { containerdPaths } from '#node/containerd/config.ts';
import { resetNode } from '#node/reset.ts';
import type { Runtime } from '#node/runtime/runtime.ts';
import { systemCgroups } from '#sys/cgroup.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { systemFiles as files } from '#sys/files.ts';
import { systemHost as host } from '#sys/host.ts';
import { systemMounts } from '#sys/mounts.ts';
import { systemProcesses as processes } from '#sys/process.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import { removeTraffic } from '#traffic/traffic.ts';
import { networkOf } from './network.ts';
import { cgroupPrefixOf, nodeNetworkOf, openContainerd } from './node-part.ts';

const log = jsonLogger(clock, (line) => process.stderr.write(line), 'error');
/** Containers that do not end by themselves are killed after it. */
const graceSeconds = 10;

/** Ends pods, containerd and the gateway; takes the rules back. */
export async function stopMachine(
  config: ClusterConfig,
  detail: (text: string) => void,
): Promise<string[]> {
  const network = await networkOf(config, host, files);
  const stopped: string[] = [];
  detail('traffic');
  stopped.push(
    ...(await removeTraffic({
      files,
      processes,
      table: network.table,
      folder: clusterPaths(config).gateway,
      dnsAddress: network.dnsAddress,
    })),
  );
  if (await files.info(containerdPaths(clusterPaths(config).node).config)) {
    const { containerd, runtime } = await openContainerd({ config, network, log });
    await containerd.start();
    detail('pods');
    const pods = await stopPods(runtime);
    if (pods > 0) stopped.push(`${pods} pods`);
    runtime.close();
    await containerd.stop();
    stopped.push('containerd');
  }
  return stopped;
}

/** Containers first, each with its time to end; then what holds their network. */
async function stopPods(runtime: Runtime): Promise<number> {
  const [sandboxes, containers] = await Promise.all([
    runtime.listSandboxes(),
    runtime.listContainers(),
  ]);
  const running = containers.filter(({ state }) => state === 'running');
  await Promise.allSettled(running.map(({ id }) => runtime.stopContainer(id, graceSeconds)));
  await Promise.allSettled(sandboxes.map(({ id }) => runtime.stopSandbox(id)));
  return sandboxes.filter(({ ready }) => ready).length;
}

/** After `stopMachine`: everything that the node left, and what cannot be removed. */
export async function removeMachine(
  config: ClusterConfig,
  detail: (text: string) => void,
): Promise<string[]> {
  const directory = clusterPaths(config).node;
  if (!(await files.info(directory))) return [];
  detail('containers, mounts and control groups');
  const network = await networkOf(config, host, files);
  const opened = await openContainerd({ config, network, log }).catch(() => undefined);
  await opened?.containerd.start().catch(() => undefined);
  const mounts = systemMounts(files, processes);
  const left = await resetNode({
    directory,
    cgroupPrefix: cgroupPrefixOf(config),
    network: nodeNetworkOf(config, network),
    files,
    processes,
    mounts,
    cgroups: await systemCgroups(files, mounts),
    timers,
    logger: log,
    runtime: opened?.runtime,
    stopContainerd: async () => opened?.containerd.stop(),
  });
  opened?.runtime.close();
  for (const each of left) process.stderr.write(`could not be removed: ${each}\n`);
  return [`containers, images, mounts, control groups and the bridge ${network.bridge}`];
}
