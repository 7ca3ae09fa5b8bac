/** What the server asks nodes here: only how much their containers use. */
import { StatusError } from '#base/status-error.ts';
import type { NodeConnector, NodeUsage } from '#server/node-connector.ts';
import type { SimulatedCluster } from './cluster.ts';

const windowMs = 15_000;
const memoryBytes = 32 * 1024 * 1024;
const nanosPerMilli = 1_000_000;

const refuse = (): Promise<never> =>
  Promise.reject(new StatusError('ServiceUnavailable', 'the node does not answer'));

export function usageConnector(cluster: SimulatedCluster): NodeConnector {
  const usage = (name: string): Promise<NodeUsage> => {
    const node = cluster.nodes.find((one) => one.name === name);
    if (!node || node.isOff || node.connection.isCut) return refuse();
    const containers = node.machine.running.map((container) => ({
      podUid: container.podUid,
      container: container.name,
      // Requests are for the first container; those beside it have nothing to do.
      cpuNanocores: container.name === 'main' ? cluster.load.milliCpu * nanosPerMilli : 0,
      memoryBytes,
    }));
    const sum = (figure: 'cpuNanocores' | 'memoryBytes'): number =>
      containers.reduce((total, container) => total + container[figure], 0);
    const whole = { cpuNanocores: sum('cpuNanocores'), memoryBytes: sum('memoryBytes') };
    return Promise.resolve({ timeMs: node.clock.now(), windowMs, node: whole, containers });
  };
  return { logs: refuse, stream: refuse, page: refuse, usage };
}
