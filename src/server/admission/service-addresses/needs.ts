/** What a Service of its type has: addresses, node ports, a port for health checks. */
import type { Service } from '#api/types.ts';

export const headlessAddress = 'None';

export function typeOf({ spec }: Service): string {
  return spec.type ?? 'ClusterIP';
}

export function needsClusterIP(service: Service): boolean {
  return typeOf(service) !== 'ExternalName';
}

export function isHeadless({ spec }: Service): boolean {
  return spec.clusterIP === headlessAddress || spec.clusterIPs?.[0] === headlessAddress;
}

export function needsNodePorts(service: Service): boolean {
  const type = typeOf(service);
  if (type === 'NodePort') return true;
  return type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts !== false;
}

/** A type that has node ports at all, asked for or not. */
export function mayHaveNodePorts(service: Service): boolean {
  const type = typeOf(service);
  return type === 'NodePort' || type === 'LoadBalancer';
}

export function needsHealthCheckPort(service: Service): boolean {
  return typeOf(service) === 'LoadBalancer' && service.spec.externalTrafficPolicy === 'Local';
}

export function nodePortsOf({ spec }: Service): number[] {
  return (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
}
