/** What `down` and `reset` do to the machine when the program itself has ended. */
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import { endPods } from '#node/end-pods.ts';
import { downGraceSeconds, type GantryNode } from '#node/node.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { systemFiles as files } from '#sys/files.ts';
import { systemProcesses as processes } from '#sys/process.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import { removeTraffic } from '#traffic/traffic.ts';
import { jsonLogger } from './logger.ts';
import { networkOf } from './network.ts';
import { nodeOf } from './node-part.ts';
import { sharedBy } from './shared.ts';

const log = jsonLogger(clock, (line) => process.stderr.write(line), 'error');

/** Ends pods, containerd and the gateway; takes the rules back. */
export async function stopMachine(
  config: ClusterConfig,
  detail: (text: string) => void,
): Promise<string[]> {
  const network = networkOf(config);
  const paths = clusterPaths(config);
  detail('traffic');
  const stopped = await removeTraffic({
    files,
    processes,
    switches: sharedBy(config).switches,
    table: network.table,
    podRange: config.podRange,
    folder: paths.gateway,
    dnsAddress: network.dnsAddress,
  });
  if (!(await files.info(paths.node))) return stopped;
  const node = await nodeOf({ config, network, log });
  if (await node.hasTraces()) {
    detail('pods');
    const pods = await stopPods(node);
    if (pods > 0) stopped.push(`${pods} pods`);
    await node.stop({ containerd: true });
    stopped.push('containerd');
  }
  report(await node.clear());
  return stopped;
}

/**
 * Containers first, each with its time to end; then what holds their network. Without a containerd
 * that serves calls they are killed later, with their control groups.
 */
async function stopPods(node: GantryNode): Promise<number> {
  try {
    await node.startContainerd();
  } catch (error) {
    log.error('containerd does not start: pods are killed', { error: String(error) });
    return 0;
  }
  return endPods({ runtime: node.runtime, clock, timers, graceSecondsMax: downGraceSeconds });
}

/** After `stopMachine`: everything that the node left, and what cannot be removed. */
export async function removeMachine(
  config: ClusterConfig,
  detail: (text: string) => void,
): Promise<string[]> {
  if (!(await files.info(clusterPaths(config).node))) return [];
  detail('containers, mounts and control groups');
  const network = networkOf(config);
  const node = await nodeOf({ config, network, log });
  report(await node.clear());
  return [`containers, images, mounts, control groups and the bridge ${network.bridge}`];
}

function report(left: readonly string[]): void {
  for (const each of left) process.stderr.write(`could not be removed: ${each}\n`);
}
