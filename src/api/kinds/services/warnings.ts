/** What a Service sets in vain, or will not long. Source: pkg/api/service, GetWarningsForService. */
import type { Service } from '../../types.ts';

const topologyAnnotations = [
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/topology-aware-hints',
];

export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const found = topologyAnnotations
    .filter((each) => metadata.annotations?.[each] !== undefined)
    .map((each) => `annotation "${each}" is not honoured: use spec.trafficDistribution`);
  const { externalIPs = [], externalName, trafficDistribution, type = 'ClusterIP' } = spec;
  if (type === 'ClusterIP' && spec.clusterIP === 'None') found.push(...headless(spec));
  else if (type !== 'ExternalName' && externalIPs.length > 0) {
    found.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (type === 'ExternalName' && externalIPs.length > 0) {
    found.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (type !== 'ExternalName' && externalName) {
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (trafficDistribution === 'PreferClose') {
    found.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return found;
}

function headless(spec: NonNullable<Service['spec']>): string[] {
  const { externalIPs = [], loadBalancerIP, sessionAffinity = 'None' } = spec;
  const ignored = [
    loadBalancerIP ? 'loadBalancerIP' : undefined,
    externalIPs.length > 0 ? 'externalIPs' : undefined,
    sessionAffinity === 'None' ? undefined : 'SessionAffinity',
  ];
  return ignored
    .filter((field) => field !== undefined)
    .map((field) => `spec.${field} is ignored for headless services`);
}
