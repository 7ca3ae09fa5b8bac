import type { Service } from '../../types.ts';
import { isExternallyAccessible, needsClusterIp } from './access.ts';

/** Three hours: how long a client stays with its endpoint when nothing is said. */
const affinityTimeoutSeconds = 10_800;

/** Addresses and ports out of the cluster's ranges are given by the server, not here. */
export function defaultService(service: Service): void {
  service.spec ??= {};
  const { spec } = service;
  spec.type ||= 'ClusterIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP') {
    const given = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
    spec.sessionAffinityConfig = {
      clientIP: { timeoutSeconds: given ?? affinityTimeoutSeconds },
    };
  }
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (!port.targetPort && port.port) port.targetPort = port.port;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (needsClusterIp(spec)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const each of service.status?.loadBalancer?.ingress ?? []) {
      if (each.ip) each.ipMode ??= 'VIP';
    }
  }
  service.status ??= {};
  service.status.loadBalancer ??= {};
}
