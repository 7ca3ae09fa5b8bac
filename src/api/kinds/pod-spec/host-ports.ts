/** Ports of a node that a pod takes for itself while it runs (core/v1 ContainerPort.hostPort). */
import type { PodSpec } from '../../types.ts';
import { isSidecar } from './restart-rules.ts';

export interface HostPort {
  /** `TCP/8080` */
  readonly id: string;
  readonly address: string;
}

/** All addresses of the node. */
export const anyAddress = '0.0.0.0';

/** Init containers that end have none: they are over when their pod serves. */
export function hostPortsOf({ containers, initContainers = [] }: PodSpec): readonly HostPort[] {
  const ports: HostPort[] = [];
  for (const container of [...containers, ...initContainers.filter(isSidecar)]) {
    for (const { hostPort, hostIP, protocol = 'TCP' } of container.ports ?? []) {
      if (!hostPort) continue;
      ports.push({ id: `${protocol}/${hostPort}`, address: hostIP || anyAddress });
    }
  }
  return ports;
}
